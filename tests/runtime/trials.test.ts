import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMaterial } from '../../src/runtime/material.ts';
import { readConfig } from '../../src/runtime/run.ts';
import { type TrialScore, Trials } from '../../src/runtime/trials.ts';
import type { Task } from '../../src/tasks/task.ts';
import type { Store } from '../../store/store.ts';
import { coldStart } from '../../tools/ablation/play/cold-start.ts';
import { designTable, tasksByCell, trialsOf } from '../../tools/families/design-table.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
let store: Store;
let tasks: readonly Task[];

beforeAll(async () => {
  store = directory.open('cold.db');
  await coldStart(store, tinyConfig(), runOptions());
  tasks = readMaterial(store.reader('run-1'))?.tasks.heldOut ?? [];
}, 60_000);
afterAll(() => {
  store.close();
  directory.remove();
});

const SINGLE = 'run(agent("solve"))';
const VOTE = 'run(vote(agent("solve"), 3))';

async function play(script: string, samplers: number): Promise<TrialScore[]> {
  const trials = await Trials.open(store.reader('run-1'), readConfig(store, 'run-1'), {
    kit: KIT,
    hardware: { samplers },
    label: 'cold-start/01',
  });
  try {
    const some = tasks.slice(0, 4).map((task) => ({ task, script }));
    return [...(await trials.run(some)), ...(await trials.run(some))];
  } finally {
    await trials.close();
  }
}

describe('trials of fixed designs', () => {
  it('come out the same again, on another number of threads, with draws of their own', async () => {
    const scores = await play(SINGLE, 1);
    expect(await play(SINGLE, 2)).toEqual(scores);
    expect(scores).toHaveLength(8);
    for (const { calls, tokens, parts, cause } of scores) {
      expect(calls).toBe(1);
      expect(tokens).toBeGreaterThan(0);
      expect(Object.keys(parts).length > 0).toBe(cause === null);
    }
    expect(scores.slice(0, 4)).not.toEqual(scores.slice(4));
  }, 60_000);

  it('count the calls of larger designs, and say why a script was none', async () => {
    expect((await play(VOTE, 2)).map(({ calls }) => calls)).toEqual(Array.from({ length: 8 }, () => 3));
    const [rejected] = await play('run(vote(agent("solve"), 99))', 2);
    expect(rejected).toEqual({ score: 0, parts: {}, calls: 0, tokens: 0, cause: 'schema' });
  }, 60_000);
});

describe('the table of designs', () => {
  it('has rewards, leads and ceilings by family and attribute', () => {
    const task = (id: string, attribute: string): Task => ({
      id,
      family: 'sums',
      key: id,
      attribute,
      text: id,
      check: { kind: 'integer', value: 1 },
    });
    const all = [task('a', 'long'), task('b', 'short'), task('c', 'long'), task('d', 'long')];
    const chosen = tasksByCell(all, 2);
    expect(chosen.map(({ id }) => id)).toEqual(['a', 'c', 'b']);
    const trials = trialsOf(chosen, [SINGLE, VOTE], 4);
    const scores = trials.map(({ task, script }): TrialScore => {
      const calls = script === VOTE ? 3 : 1;
      const score = (script === VOTE) === (task.attribute === 'long') ? 1 : 0;
      return { score, parts: {}, calls, tokens: 10 * calls, cause: null };
    });
    const table = designTable(chosen, [SINGLE, VOTE], 4, scores, { callPrice: 0.1, tokenPrice: 0.001 });
    expect(
      table.cells.map(({ attribute, tasks, designs }) => [attribute, tasks, designs[0]?.script]),
    ).toEqual([
      ['long', 2, VOTE],
      ['short', 1, SINGLE],
    ]);
    expect(table.cells[0]?.designs[0]?.reward).toBeCloseTo(1 - 0.2 - 0.03);
    expect(table.cells[0]?.lead).toBeCloseTo(0.77 - -0.01);
    // All that were tried solved it: of two tasks that is Wilson's 34 to 100 %, whatever the prices.
    expect(table.cells[0]?.designs[0]?.halfWidth).toBeCloseTo(0.6576, 4);
    const [sums] = table.ceilings;
    expect(sums?.accuracy).toMatchObject({ cell: 1, task: 1, hindsight: 1 });
    expect(sums?.accuracy.fixed).toBeCloseTo(2 / 3);
  });
});
