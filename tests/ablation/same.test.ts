import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { configure } from '../../src/runtime/config.ts';
import { git } from '../../tools/ablation/jobs/commit.ts';
import { commandOf, isSame, PROBES, type Probe, tryProbe } from '../../tools/ablation/same/probes.ts';
import { proveSame } from '../../tools/ablation/same/prove.ts';
import { equals, readRecords, type SameRecord } from '../../tools/ablation/same/record.ts';
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
  const hashes = (name: string) => ({ coldStart: `${name}-cold`, all: `${name}-all` });

  it('are a chain from the oldest to themselves; others are alone', () => {
    const records = [record('one', 'two'), record('two', 'three')];
    expect(equals(hashes('three'), records)).toEqual([hashes('one'), hashes('two'), hashes('three')]);
    expect(equals(hashes('one'), records)).toEqual([hashes('one')]);
    expect(equals(hashes('new'), records)).toEqual([hashes('new')]);
    // Nobody can make a circle of them that has no end.
    expect(equals(hashes('three'), [...records, record('three', 'one')])).toHaveLength(3);
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
      const known = tableOf(table)
        .arms(configure('bench', {}))
        .map(({ name }) => name);
      for (const arm of arms) expect(known).toContain(arm);
    }
    expect(new Set(PROBES.map(({ table }) => table)).size).toBe(PROBES.length);
    expect(commandOf({ table: 'c', settings: ['steps=1'], arms: ['flat'] }).join(' ')).toBe(
      'bench ablation --table c --seeds 1 --first-seed 901 --keep --arms flat --set steps=1',
    );
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
      await tryProbe(ROOT, tiny('imitation.learningRate=0.002'), join(folder, 'other')),
    ];
    expect([...one.keys()]).toEqual(['executor-only']);
    const [first, second, third] = [one, again, other].map((tried) => tried.get('executor-only'));
    if (first === undefined || second === undefined || third === undefined) return expect.fail();
    expect(first.hashes).toMatch(/^events [0-9a-f]{64} weights [0-9a-f]{64}$/);
    expect(second).toEqual(first);
    // What it learned is not the same, whatever it came to.
    const weights = ({ hashes }: typeof first) => hashes?.split(' ').at(-1);
    expect(weights(third)).not.toBe(weights(first));
    expect(isSame(first, third)).toBe(false);
    expect(isSame(first, { ...first, hashes: null })).toBe(true);
    expect(isSame(first, { ...first, outcome: '{}' })).toBe(false);
  }, 120_000);

  it('say what is wrong where they fail, and for which commit there is none', async () => {
    await expect(tryProbe(ROOT, tiny('learning.nothing=1'), join(folder, 'fails'))).rejects.toThrow(
      /Table a in small fails in .*nothing/,
    );
    await expect(proveSame(proof('nonesuch'))).rejects.toThrow(/no commit "nonesuch"/);
  }, 60_000);

  const file = join(folder, 'proofs.json');
  const proof = (commit: string, settings: readonly string[] = []) => ({
    commit,
    probes: [tiny(...settings)],
    // As a user gives it: from where they stand.
    work: relative(process.cwd(), join(folder, 'work')),
    file,
    machine: { cores: 1, model: 'any' },
    node: 'any',
    onProgress: () => {},
  });

  it.skipIf(git(ROOT, 'rev-parse', 'HEAD') === null)(
    'are tried with the sources of a commit and with those at hand, and what was seen is written down',
    async () => {
      const { differing, record: written, arms } = await proveSame(proof('HEAD'));
      expect(arms).toBe(1);
      // With changes that are not committed the two may differ; what is written down says so or nothing.
      expect(readRecords(file)).toEqual(differing.length === 0 ? [written] : []);
      expect(readdirSync(join(folder, 'work'))).toEqual([]);
      expect(
        git(ROOT, 'worktree', 'list')
          ?.split('\n')
          .some((line) => line.includes('same-')),
      ).toBe(false);
    },
    120_000,
  );
});
