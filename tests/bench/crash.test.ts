import { expect, test } from 'vitest';
import { inScratch } from '../../tools/bench/measure.ts';
import { crash } from '../../tools/crash/crash.ts';
import { type Blow, byPhase, type CrashReport, isUnharmed } from '../../tools/crash/report.ts';

test('a run that is killed, and one whose disk fails, come to the end of the undisturbed one', async () => {
  const report = await inScratch((file) =>
    crash({ file, kills: 3, operationKills: 2, fills: 1, seed: 3, steps: 2, clock: Date.now }),
  );
  const { blows, endings, skipped } = report;
  expect(isUnharmed(report), JSON.stringify(report, null, 1)).toBe(true);
  const struck = (phase: Blow['phase']) => blows.filter((blow) => blow.phase === phase);
  for (const phase of ['compaction', 'import', 'export'] as const) expect(struck(phase)).toHaveLength(2);
  expect(blows.length - 6).toBeGreaterThanOrEqual(3);
  // Who may not mount a file system is told so, and what failed otherwise.
  expect(new Set([...endings, ...skipped].map((each) => ('run' in each ? each.run : each.phase)))).toEqual(
    new Set(['killed', 'disk full', 'read-only']),
  );
  for (const { why } of skipped) expect(why).not.toBe('');
  for (const { phase, said } of blows) {
    if (phase === 'disk full') expect(said).toMatch(/no room on the disk for the store full\.db; .*\.$/);
    if (phase === 'read-only') expect(said).toMatch(/failing\.db .*\.$/);
  }
}, 90_000);

test('a report tells whatever was lost, damaged, not mended, different or done twice', () => {
  const blow: Blow = {
    phase: 'sampling',
    after: 'called',
    announced: 10,
    stored: 12,
    whole: true,
    kept: 3,
    mended: true,
  };
  const ending = { run: 'killed', sameEvents: true, sameWeights: true, whole: true, twice: [] } as const;
  const report: CrashReport = { seed: 1, events: 20, blows: [blow], endings: [ending], skipped: [] };
  expect(isUnharmed(report)).toBe(true);
  for (const bad of [{ stored: 9 }, { whole: false }, { mended: false }]) {
    expect(isUnharmed({ ...report, blows: [blow, { ...blow, ...bad }] })).toBe(false);
  }
  const badEnds = [{ sameEvents: false }, { sameWeights: false }, { whole: false }, { twice: ['weights x'] }];
  for (const bad of badEnds) {
    expect(isUnharmed({ ...report, endings: [{ ...ending, ...bad }] })).toBe(false);
  }
  expect(byPhase([blow, { ...blow, stored: 7, whole: false }])).toEqual([
    { phase: 'sampling', blows: 2, lost: 3, damaged: 1, kept: 6, notMended: 0 },
  ]);
});
