import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ablation } from '../../tools/ablation/ablation.ts';
import { type Entry, readEntries, writeEntries } from '../../tools/ablation/jobs/ledger.ts';
import { smallAblation } from './small-table.ts';

const CHILD = fileURLToPath(new URL('./ablation.child.ts', import.meta.url));
let folder = '';
let calm: Entry[];

/** What an outcome is, without what is about the machine. */
const essence = (entries: readonly Entry[]) =>
  entries.map(({ seconds: _, ...entry }) => entry).sort((a, b) => a.arm.localeCompare(b.arm));
const fileIn = (name: string) => join(folder, name, 'out', 'ablation-z.json');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-ablation-'));
  const { stopped, failed, entries } = await ablation(smallAblation(join(folder, 'calm'))).finished;
  expect({ stopped, failed }).toEqual({ stopped: false, failed: [] });
  calm = [...entries];
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a table of an ablation', () => {
  it('has every arm, with rows for scripts, and leaves no logs behind', () => {
    expect(calm.map(({ arm }) => arm).sort()).toEqual([
      'by-family',
      'by-family-trained',
      'fixed',
      'fixed-trained',
      'fixed-trained-again',
      'oracle',
      'search',
      'sft',
      'stagewise',
      'votes',
    ]);
    const arm = (name: string) => calm.find((entry) => entry.arm === name);
    expect(arm('stagewise')?.curve).toHaveLength(3);
    expect(arm('sft')).toMatchObject({ policyCalls: 0, curve: [] });
    expect(Object.keys(arm('search')?.designs ?? {})).toEqual(['all']);
    const families = Object.keys(arm('by-family')?.families ?? {});
    expect(Object.keys(arm('by-family')?.designs ?? {}).sort()).toEqual(families.sort());
    expect(families.length).toBeGreaterThan(1);
    // A design for each of the held-out tasks, and the best one for each kind of task that they are.
    const drawn = Object.values(arm('stagewise')?.mix ?? {}).flatMap((counts) => Object.values(counts));
    expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(24);
    expect(Object.keys(arm('oracle')?.best ?? {}).sort()).toEqual(
      Object.keys(arm('stagewise')?.mix ?? {}).sort(),
    );
    const { rows } = JSON.parse(readFileSync(fileIn('calm'), 'utf8'));
    expect(rows).toHaveLength(60);
    expect(rows[0]).toMatchObject({ arm: 'by-family', seed: 1, family: 'arithmetic' });
    for (const name of ['heldOut', 'policyCalls', 'seconds'])
      expect(rows[0][name]).toEqual(expect.any(Number));
    const calls = (name: string) => arm(name)?.policyCalls ?? Number.NaN;
    expect(calls('fixed-trained') / calls('stagewise')).toBeGreaterThan(0.7);
    expect(calls('fixed-trained') / calls('stagewise')).toBeLessThan(1.3);
    // With a design for each family: those designs and no others, and again as many calls as the other arm.
    const [, byFamily] = [arm('by-family'), arm('by-family-trained')];
    const chosen = new Set(Object.values(arm('by-family')?.designs ?? {})).size;
    const played = Object.values(byFamily?.mix ?? {}).map((counts) => Object.keys(counts));
    for (const shapes of played) expect(shapes).toHaveLength(1);
    expect(new Set(played.flat()).size).toBe(chosen);
    expect(calls('by-family-trained') / calls('stagewise')).toBeGreaterThan(0.7);
    expect(calls('by-family-trained') / calls('stagewise')).toBeLessThan(1.3);
    // Arms that are the same are trained once.
    const { arm: _, key: __, ...twin } = arm('fixed-trained-again') ?? expect.fail();
    expect(arm('fixed-trained')).toMatchObject(twin);
    // A cold start, and the last weights of the four that were trained.
    const stores = readdirSync(join(folder, 'calm', 'work')).filter((name) => name.endsWith('.db'));
    expect(stores.filter((name) => name.endsWith('-last.db'))).toHaveLength(4);
    expect(stores).toHaveLength(5);
  });

  it('runs nothing twice, but for what is stale', async () => {
    const home = join(folder, 'calm');
    const begun: string[] = [];
    const again = (changes = {}) =>
      ablation(smallAblation(home, { onProgress: ({ underWay }) => begun.push(...underWay), ...changes }))
        .finished;
    expect(essence((await again()).entries)).toEqual(essence(calm));
    expect(begun).toEqual([]);
    // As if the code of one had changed: with it goes what was made from it, and nothing else.
    const file = fileIn('calm');
    const { runs: _, rows: __, ...head } = JSON.parse(readFileSync(file, 'utf8'));
    const [first, ...rest] = readEntries(file).sort((a, b) =>
      a.arm === 'votes' ? -1 : b.arm === 'votes' ? 1 : 0,
    );
    if (first === undefined) throw new Error('no entries');
    writeEntries(file, head, [{ ...first, key: 'of other code' }, ...rest]);
    const kept = await again({ keepStale: true });
    expect(begun).toEqual([]);
    expect(kept.entries.filter(({ stale }) => stale === true).map(({ arm }) => arm)).toEqual(['votes']);
    const { entries } = await again();
    expect(new Set(begun.map((text) => text.split('/')[0]))).toEqual(new Set(['votes']));
    expect(essence(entries)).toEqual(essence(calm));
  }, 60_000);

  it('goes on after kill -9 in the middle of an arm, and comes to the same', async () => {
    const home = join(folder, 'killed');
    for (const moment of [/cold start\/1 cold start/, /stagewise\/1 step [123]/]) {
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, home], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (moment.test(line)) child.kill('SIGKILL');
      });
      await once(child, 'close');
      expect(child.signalCode).toBe('SIGKILL');
    }
    expect(readdirSync(join(home, 'work')).length).toBeGreaterThan(0);
    const { entries, failed } = await ablation(smallAblation(home)).finished;
    expect(failed).toEqual([]);
    expect(essence(entries)).toEqual(essence(calm));
  }, 120_000);

  it('stops its children when it is stopped', async () => {
    const home = join(folder, 'stopped');
    const running = ablation(
      smallAblation(home, { onProgress: ({ underWay }) => underWay.length > 0 && running.stop() }),
    );
    expect(await running.finished).toMatchObject({ stopped: true, failed: [], entries: [] });
    expect(existsSync(fileIn('stopped'))).toBe(true);
  }, 60_000);
});
