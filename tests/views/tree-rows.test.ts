import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { treeRows } from '../../src/views/tree-rows.ts';
import { TreeView } from '../../src/views/tree-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import { find, foldedTo, recordedRun } from './recorded.ts';

let log: EventReader;
beforeAll(async () => {
  log = await recordedRun();
});

type Line = readonly [stream: string, type: string, data: JsonObject];

/** A tree from events written by hand, in order. */
function treeOf(...events: readonly Line[]): TreeView {
  const tree = new TreeView();
  for (const [index, [stream, type, data]] of events.entries()) {
    tree.apply({ seq: index + 1, stream, version: 0, type, data, time: 0, attempt: 1 });
  }
  return tree;
}

const TASK = 'step/0000/task/000';
const task = (text: string) => [TASK, 'started', { task: { id: 't', family: 'code', text } }] as const;
const DESIGN = `${TASK}/design/0`;
const EXECUTION = `${DESIGN}/exec/00`;
const called = (stream: string, text: string, finish = 'stop', asksTool = false) =>
  [stream, 'called', { text, finish, asksTool }] as const;
const verdict = (score: number, value: number) =>
  [EXECUTION, 'verified', { score, answer: { kind: 'integer', value } }] as const;

const atStepEnd = () => foldedTo(log, find(log, ({ type }) => type === 'credited').seq).tree;

describe('treeRows', () => {
  it('shows tasks only while nothing is open, and what is below a line that is', () => {
    const tree = atStepEnd();
    expect(treeRows(tree, new Set()).map(({ depth }) => depth)).toEqual([0, 0]);
    const rows = treeRows(tree, new Set(['step/0000/task/000', 'step/0000/task/000/design/0']));
    expect(rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 2, 1, 0]);
    expect(rows.map(({ open }) => open)).toEqual([true, true, false, false, false, false]);
    expect(rows.map(({ expandable }) => expandable)).toEqual([true, true, false, false, true, true]);
  });

  it('sums scores upwards: a line has as many executions as those below it', () => {
    const tree = atStepEnd();
    const rows = treeRows(tree, new Set(log.streams('step/0000')));
    const sums = [0, 0, 0];
    for (const { depth, score } of rows) sums[depth] = (sums[depth] ?? 0) + Number(score.split('/')[0]);
    expect(sums[0]).toBe(sums[1]);
    expect(sums[0]).toBe(sums[2]);
    const scores = log.readPrefix('step/0000').filter(({ type }) => type === 'verified');
    expect(sums[0]).toBe(scores.reduce((sum, { data }) => sum + Number(data.score), 0));
  });

  it('says of a design what it is: being written, its shape, or why it was rejected', () => {
    const started = [DESIGN, 'started', {}] as const;
    const label = (...events: readonly Line[]) => {
      const tree = treeOf(task('q'), started, ...events);
      return treeRows(tree, new Set([TASK]))[1];
    };
    expect(label()).toMatchObject({ label: 'design 0  writing…', state: 'calling', score: '', mean: null });
    expect(label([DESIGN, 'compiled', { shape: 'vote3(agent)' }])).toMatchObject({
      label: 'design 0  vote3(agent)',
      state: 'done',
    });
    expect(label([DESIGN, 'rejected', { cause: 'syntax', message: 'no end' }])).toMatchObject({
      label: 'design 0  rejected: syntax: no end',
      state: 'failed',
    });
    expect(label(called(DESIGN, 'run(', 'length'))).toMatchObject({
      label: 'design 0  rejected: unfinished',
      state: 'failed',
    });
  });

  it('says of a running execution what its agents do', () => {
    const running = treeOf(
      task('q'),
      [DESIGN, 'started', {}],
      [EXECUTION, 'started', {}],
      [`${EXECUTION}/agent/vote.solve1`, 'started', { name: 'vote.solve1', task: 'q' }],
      [`${EXECUTION}/agent/vote.solve2`, 'started', { name: 'vote.solve2', task: 'q' }],
      called(`${EXECUTION}/agent/vote.solve2`, '1+1', 'stop', true),
    );
    expect(treeRows(running, new Set([TASK, DESIGN]))[2]).toMatchObject({
      label: 'execution 0  solve1 calling, solve2 checking',
      state: 'working',
      mean: null,
    });
  });

  it('has one line for a text of several', () => {
    const tree = treeOf(
      task('f adds 1:\n  f(1) = 2\n'),
      [DESIGN, 'started', {}],
      [EXECUTION, 'started', {}],
      [EXECUTION, 'verified', { score: 1, answer: { kind: 'function', source: '(a) => {\n\treturn a;\n}' } }],
    );
    expect(treeRows(tree, new Set([TASK, DESIGN])).map(({ label }) => label)).toEqual([
      'code  f adds 1: f(1) = 2',
      'design 0  writing…',
      'execution 0  (a) => { return a; }',
    ]);
  });

  it('rounds sums of partial scores', () => {
    const other = `${DESIGN}/exec/01`;
    const tree = treeOf(
      task('q'),
      [DESIGN, 'started', {}],
      [EXECUTION, 'started', {}],
      [other, 'started', {}],
      verdict(0.1, 1),
      [other, 'verified', { score: 0.2, answer: { kind: 'none', cause: 'late' } }],
    );
    expect(treeRows(tree, new Set())[0]?.score).toBe('0.3/2');
  });
});
