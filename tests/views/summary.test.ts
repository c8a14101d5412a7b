import { beforeAll, describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/core/interval.ts';
import { changeOf, passRates } from '../../src/views/accuracy.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { readView, writeView } from '../../src/views/snapshot.ts';
import { summaryLines } from '../../src/views/summary.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { foldedTo, HELD_OUT, recordedRun } from './recorded.ts';

const evaluation = { cellTasks: 1, harder: true, controls: ['run(agent("solve"))', 'run(a)'] };
let view: RunView;
beforeAll(async () => {
  view = foldedTo(await recordedRun({ evaluation }));
});

/** 100 tasks of a family before and after: so many solved in both, newly solved, and no longer solved. */
function family(name: string, both: number, gained: number, lost: number) {
  const tasks = (value: number, count: number) => Array.from({ length: count }, () => value);
  const neither = 100 - both - gained - lost;
  return {
    families: Array.from({ length: 100 }, () => name),
    before: [...tasks(1, both), ...tasks(0, gained), ...tasks(1, lost), ...tasks(0, neither)],
    after: [...tasks(1, both), ...tasks(1, gained), ...tasks(0, lost), ...tasks(0, neither)],
  };
}

/** The recorded view with other held-out scores: those of `quick`, seed 1, for code, memo and trace. */
function quick(control: (after: number) => number): RunView {
  const parts = [family('code', 24, 27, 20), family('memo', 46, 12, 8), family('trace', 40, 35, 5)];
  const copy = readView(writeView(view));
  const all = (pick: (part: (typeof parts)[number]) => number[]) => parts.flatMap(pick);
  copy.families = parts.flatMap(({ families }) => families);
  copy.scores.before = all(({ before }) => before);
  copy.scores.after = all(({ after }) => after);
  for (const key of Object.keys(copy.scores)) {
    if (key.startsWith('control_')) copy.scores[key] = copy.scores.after.map(control);
  }
  return copy;
}

const linesOf = (of: RunView) => summaryLines(of, 'run-1', 'troupe.db');

describe('the change of a family', () => {
  it('is that of the same tasks: code +7.0 ± 13.6 and memo +4.0 ± 8.9 are no gains, trace is one', () => {
    const run = quick((after) => after);
    run.tallies.before = { code: tally(44), memo: tally(54), trace: tally(45) };
    run.tallies.after = { code: tally(51), memo: tally(58), trace: tally(75) };
    const text = linesOf(run).join('\n');
    expect(text).toMatch(/^ {2}code +44 % → 51 % +\+7\.0 ± 13\.6 +no clear change +valid 90 → 90 %$/m);
    expect(text).toMatch(/^ {2}memo +54 % → 58 % +\+4\.0 ± 8\.9 +no clear change/m);
    expect(text).toMatch(/^ {2}trace +45 % → 75 % +\+30\.0 ± 11\.1 +gain/m);
    const change = changeOf(run);
    expect(change?.families.code).toEqual(pairedDifference(differences(run, 'code')));
    expect(change?.overall).toEqual(pairedDifference(differences(run)));
  });

  it('reads as a loss where it is one', () => {
    const run = quick((after) => after);
    [run.scores.before, run.scores.after] = [run.scores.after ?? [], run.scores.before ?? []];
    run.tallies.before = { trace: tally(75) };
    run.tallies.after = { trace: tally(45) };
    expect(linesOf(run).join('\n')).toMatch(/^ {2}trace .* −30\.0 ± 11\.1 +loss/m);
  });

  it('is there once the last evaluation is over', async () => {
    const log = await recordedRun();
    const seen: boolean[] = [];
    for (const { seq } of log.read('session')) {
      const there = changeOf(foldedTo(log, seq)) !== null;
      if (seen.at(-1) !== there) seen.push(there);
    }
    expect(seen).toEqual([false, true]);
    expect(foldedTo(log).families).toEqual(['arithmetic', 'code', 'arithmetic']);
  });
});

describe('the end of a summary', () => {
  it.each([
    ['behind', () => 1, /\(single, 100\.0 %\): −38\.7 ± 5\.5 points: behind\.$/],
    ['ahead', () => 0, /\(single, 0\.0 %\): \+61\.3 ± 5\.5 points: ahead\.$/],
    ['level', (after: number) => after, /\(single, 61\.3 %\): \+0\.0 ± 1\.3 points: no clear difference\.$/],
  ] as const)('is the headline, with the strongest control %s', (_, control, expected) => {
    const run = quick(control);
    run.tallies.before = { code: tally(44), memo: tally(54), trace: tally(45) };
    run.tallies.after = { code: tally(51), memo: tally(58), trace: tally(75) };
    const lines = linesOf(run);
    expect(lines.at(-2)).toMatch(
      /^Held-out accuracy over all 300 tasks: 47\.7 → 61\.3 %, \+13\.7 ± 6\.6 points: gain\.$/,
    );
    expect(lines.at(-1)).toMatch(expected);
    // A small terminal shows the headline, every family, and what to do next.
    const seen = lines.slice(-24);
    for (const word of ['code', 'memo', 'trace', 'npx troupe verify']) {
      expect(seen.some((line) => line.trim().startsWith(word))).toBe(true);
    }
    for (const line of lines.slice(-7)) expect(line.length).toBeLessThanOrEqual(96);
  });

  it('says that no control was played where none was, and claims nothing of a role without cells', async () => {
    const lines = linesOf(foldedTo(await recordedRun()));
    expect(lines.at(-1)).toBe('No control was played beside it (evaluation.controls).');
    expect(lines.join('\n')).not.toMatch(/learned|earned|execution [+−]/);
  });
});

describe('a run whose evaluations have several samples of each task', () => {
  let sampled: MemoryLog;
  beforeAll(async () => {
    sampled = await recordedRun({ evaluation: { ...evaluation, samples: 4 } });
  });

  it('plays one design and one execution in each, and counts tasks as before', () => {
    const run = foldedTo(sampled);
    const inputs = [...sampled.events()].filter(
      ({ stream, version }) => version === 0 && /^eval\/\w+\/\d+$/.test(stream),
    );
    expect(inputs.length).toBeGreaterThan(10);
    for (const { data } of inputs) expect(data).toMatchObject({ designs: 4, executions: 1 });
    for (const [key, tally] of Object.entries(run.tallies)) {
      const tasks = Object.values(tally).reduce((sum, each) => sum + each.tasks, 0);
      expect(tasks).toBe(run.scores[key]?.length);
      expect(run.solved[key]).toHaveLength(tasks);
      for (const each of Object.values(tally)) {
        expect(each.valid).toBeLessThanOrEqual(each.tasks);
        expect(each.score).toBeLessThanOrEqual(each.valid);
      }
    }
    expect(run.scores.after).toHaveLength(HELD_OUT);
    // Scores of these executions are 0 or 1: the mean says how many solved.
    for (const [task, mean] of (run.scores.after ?? []).entries()) {
      expect(run.solved.after?.[task]).toBe(4 * mean);
    }
  });

  it('says pass@k before and after, in the summary and in JSON', () => {
    const run = foldedTo(sampled);
    expect(linesOf(run).join('\n')).toMatch(
      /^ {2}after {3}pass@1 \d+\.\d % \(\d+–\d+\) {2}pass@2 .* {2}pass@4 \d+\.\d % \(\d+–\d+\)$/m,
    );
    const info = {
      id: 'run-1',
      createdAt: 0,
      status: 'done',
      config: {},
      codeVersion: '',
      events: 0,
      attempts: 0,
    };
    const { passAtK } = summarise(info, sampled, []);
    expect(Object.keys(passAtK ?? {})).toEqual(['before', 'after', 'harder']);
    expect(passAtK?.after).toEqual(passRates(run.solved.after ?? [], 4));
  });

  it('is read back from a snapshot as it was', () => {
    const run = foldedTo(sampled);
    expect(Object.assign(readView(writeView(run)), { lastEvent: run.lastEvent })).toEqual(run);
  });
});

function tally(score: number) {
  const counts = { tasks: 100, score, valid: 90, calls: 200, tokens: 900, shapes: {} };
  return { ...counts, attributes: { '': counts } };
}

function differences({ families, scores }: RunView, only?: string): number[] {
  return families.flatMap((name, task) =>
    only === undefined || name === only ? [(scores.after?.[task] ?? 0) - (scores.before?.[task] ?? 0)] : [],
  );
}
