import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commandOf, isSame, PROBES, type Probe, tryProbe } from '../../tools/ablation/same/probes.ts';
import { proveSame } from '../../tools/ablation/same/prove.ts';
import { readRecords, type SameRecord, standingFor } from '../../tools/ablation/same/record.ts';
import { tableOf } from '../../tools/ablation/tables/tables.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'troupe-same-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const point = (name: string) => ({ commit: name, coldStart: `${name}-cold`, all: `${name}-all` });
const record = (from: string, to: string): SameRecord => ({
  from: point(from),
  to: point(to),
  commands: ['troupe bench ablation --table a'],
  arms: 6,
  machine: { cores: 2, model: 'any' },
  node: 'any',
});

describe('sources that came to the same', () => {
  it('stand for the oldest of them, step by step, and others for themselves', () => {
    const records = [record('one', 'two'), record('two', 'three')];
    const { commit: _, ...three } = point('three');
    expect(standingFor(three, records)).toEqual({ coldStart: 'one-cold', all: 'one-all' });
    expect(standingFor({ coldStart: 'one-cold', all: 'new' }, records)).toEqual({
      coldStart: 'one-cold',
      all: 'new',
    });
    // Nobody can make a circle of them that has no end.
    const circle = [...records, record('three', 'one')];
    expect(standingFor(three, circle).all).toMatch(/-all$/);
  });

  it('are read from a file that holds records and nothing else', () => {
    const file = join(folder, 'records.json');
    expect(readRecords(file)).toEqual([]);
    writeFileSync(file, JSON.stringify([record('one', 'two')]));
    expect(readRecords(file)).toEqual([record('one', 'two')]);
    writeFileSync(file, '{"from": 1}');
    expect(() => readRecords(file)).toThrow(/does not hold records of "troupe bench same"/);
  });
});

describe('probes', () => {
  it('are arms of tables that there are', () => {
    for (const { table, arms = [] } of PROBES) {
      const known = JSON.stringify(tableOf(table));
      expect(known).toContain(table);
      expect(commandOf({ table, settings: ['steps=1'], arms }).join(' ')).toContain(`--table ${table}`);
    }
    expect(new Set(PROBES.map(({ table }) => table)).size).toBe(PROBES.length);
  });

  /** One arm with a cold start of a second. */
  const tiny = (...settings: string[]): Probe => ({
    table: 'a',
    arms: ['executor-only'],
    settings: [
      ...[
        'imitation.chunks=1',
        'imitation.stepsPerChunk=10',
        'steps=1',
        'rollout.tasksPerStep=2',
        ...settings,
      ],
      'tasks={"train":20,"heldOut":2,"harder":1}',
    ],
  });

  it('see the same twice, and a setting that changes what is learned', async () => {
    const [one, again, other] = [
      await tryProbe(ROOT, tiny(), join(folder, 'one')),
      await tryProbe(ROOT, tiny(), join(folder, 'again')),
      await tryProbe(ROOT, tiny('learning.executorRate=0.0005'), join(folder, 'other')),
    ];
    expect([...one.keys()]).toEqual(['executor-only']);
    const [first, second, third] = [one, again, other].map((tried) => tried.get('executor-only'));
    if (first === undefined || second === undefined || third === undefined) return expect.fail();
    expect(first.hashes).toMatch(/^events [0-9a-f]{64} weights [0-9a-f]{64}$/);
    expect(second).toEqual(first);
    // Its outcome may be the same; what it learned is not.
    expect(isSame(first, third)).toBe(false);
    expect(isSame(first, { ...first, hashes: null })).toBe(true);
    expect(isSame(first, { ...first, outcome: '{}' })).toBe(false);
  }, 120_000);

  it('say what is wrong where they fail, and for which commit there is none', async () => {
    await expect(tryProbe(ROOT, tiny('learning.nothing=1'), join(folder, 'fails'))).rejects.toThrow(
      /Table a in small fails in .*nothing/,
    );
    const options = { probes: [], work: folder, machine: { cores: 1, model: 'any' }, node: 'any' };
    await expect(proveSame({ ...options, commit: 'nonesuch', onProgress: () => {} })).rejects.toThrow(
      /no commit "nonesuch"/,
    );
  }, 60_000);
});
