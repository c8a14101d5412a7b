import { describe, expect, it } from 'vitest';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { subjectOf, subjectOfDesign } from '../../tools/graph/load.ts';
import { design, REFLECT, scriptedRun, VOTE } from './scripted-run.ts';

describe('a stream’s name', () => {
  it.each([
    ['session', 'session'],
    ['evaluation', 'evaluation'],
    ['step/0003/task/002', 'rollout'],
    ['eval/before/0007', 'rollout'],
    ['eval/now/0007', 'rollout'],
    ['step/0003/task/002/design/1', 'designer'],
    ['eval/after/0007/design/0', 'designer'],
    ['step/0003/task/002/design/1/exec/02', 'execution'],
    ['step/0003/task/002/design/1/exec/02/agent/vote.solve1', 'agent'],
    ['step/0003', null],
    ['notes', null],
  ])('%s is of kind %s', (stream, kind) => {
    expect(kindOfStream(stream)).toBe(kind);
  });
});

it('gives every stream of a run its kind', async () => {
  const log = await scriptedRun(1);
  expect(log.streams().filter((stream) => kindOfStream(stream) === null)).toEqual([]);
});

it('does not know machines that there are not', () => {
  expect(() => subjectOf('rolout')).toThrow(/There is no machine "rolout"; choose one of session, /);
});

describe('a design of a run', () => {
  it('is found by its designer’s stream or by one of its executions', async () => {
    const log = await scriptedRun(1);
    expect(subjectOfDesign(log, 'step/0000/task/000/design/1').spec).toEqual(VOTE);
    expect(subjectOfDesign(log, 'step/0000/task/001/design/0/exec/01').spec).toEqual(REFLECT);
    expect(subjectOfDesign(log, 'step/0000/task/001/design/0').kind).toBe('execution');
  });

  it('has no machine if its script was rejected or cut off; another one is named', async () => {
    const log = await scriptedRun(1);
    expect(() => subjectOfDesign(log, 'step/0000/task/000/design/2')).toThrow(
      /has no machine: its script was rejected \(syntax: unexpected token\); try one .* such as eval\/after\/0000\/design\/0\./,
    );
    expect(() => subjectOfDesign(log, 'step/0000/task/000/design/3')).toThrow(
      /cut off or has not been compiled/,
    );
  });

  it.each(['step/0099/task/000/design/0', 'session', 'step/0000/task/000', ''])(
    'is not %s',
    async (stream) => {
      const log = await scriptedRun(1);
      expect(() => subjectOfDesign(log, stream)).toThrow(
        `There is no design "${stream}" in this run; try one`,
      );
    },
  );

  it('may need nodes that this library lacks, or be in a run without any', () => {
    const log = new MemoryLog(() => 0);
    expect(() => subjectOfDesign(log, 'session')).toThrow(/the run has no executed designs yet/);
    const stream = 'step/0000/task/000/design/0/exec/00';
    log.append([
      { stream, expectedVersion: 0, type: 'started', data: { spec: design({ kind: 'committee' }) } },
    ]);
    expect(() => subjectOfDesign(log, stream)).toThrow(/cannot be drawn: .*committee/);
  });
});
