import { beforeAll, describe, expect, it } from 'vitest';
import { resolveAddress, resolveEvent, resolveMoment, splitAddress } from '../../src/runtime/address.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { recordedRun } from '../views/recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun();
  // Names as long runs and credit by forks have them.
  const more = ['step/0012/task/000', 'step/0012/task/1204', 'eval/stage_002/0000', 'eval/stage_002/0007'];
  const branch = 'step/0012/task/1204/design/3/exec/00/redraw/vote.solve1/0/02';
  for (const stream of [...more, branch, `${branch}/agent/vote.solve2`]) {
    log.append([{ stream, expectedVersion: 0, type: 'started', data: {} }]);
  }
});

const placeOf = (typed: string) => resolveAddress(typed, log, 'run-1').place;
const sentence = (typed: string, resolve = placeOf) => {
  try {
    resolve(typed);
  } catch (error) {
    return String(error);
  }
  return '';
};
const event = (typed: string) => resolveEvent(typed, log, 'run-1');

describe('an address', () => {
  it('finds every stream, with and without the zeros in front of numbers', () => {
    const streams = log.streams();
    expect(streams.length).toBeGreaterThan(100);
    for (const stream of streams) {
      expect(placeOf(stream)).toBe(stream);
      expect(placeOf(stream.replace(/\b0+(?=\d)/g, ''))).toBe(stream);
    }
  });

  it.each([
    ['step/3', 'step/0003'],
    ['step/3/', 'step/0003'],
    ['/step/3', 'step/0003'],
    ['run-1/step/3/task/1', 'step/0003/task/001'],
    ['latest/step/3/task/1', 'step/0003/task/001'],
    ['step/12/task/1204', 'step/0012/task/1204'],
    ['step/00012', 'step/0012'],
    ['step/3/task', 'step/0003/task'],
    ['step', 'step'],
    ['eval/before', 'eval/before'],
    ['eval/before/2', 'eval/before/0002'],
    ['eval/stage_2', 'eval/stage_002'],
    ['eval/stage_2/7', 'eval/stage_002/0007'],
    ['session', 'session'],
  ])('%s is the place %s', (typed, place) => {
    expect(resolveAddress(typed, log, 'run-1')).toEqual({ place });
  });

  it('finds a branch that credit by forks played, and what is in it', () => {
    const branch = 'step/12/task/1204/design/3/exec/0/redraw/vote.solve1/0/2';
    expect(placeOf(branch)).toBe('step/0012/task/1204/design/3/exec/00/redraw/vote.solve1/0/02');
    expect(placeOf(`${branch}/agent/vote.solve2`)).toMatch(
      /\/redraw\/vote\.solve1\/0\/02\/agent\/vote\.solve2$/,
    );
  });

  it('names an event by its position or by its place in a stream', () => {
    expect(event('17')).toEqual(log.eventAt(17));
    expect(event('step/1/task/0@3')).toEqual(log.read('step/0001/task/000')[3]);
    expect(resolveAddress('session@2', log, 'run-1')).toEqual({
      place: 'session',
      event: log.read('session')[2],
    });
  });

  it('means the first event of a place, where a moment is asked for', () => {
    const moment = (typed: string) => resolveMoment(typed, log, 'run-1').seq;
    expect(moment('step/1/task/1')).toBe(log.read('step/0001/task/001')[0]?.seq);
    expect(moment('step/1')).toBe(log.read('step/0001/task/000')[0]?.seq);
    expect(moment('eval/after')).toBe(log.read('eval/after/0000')[0]?.seq);
    expect(moment('step/1/task/1@2')).toBe(log.read('step/0001/task/001')[2]?.seq);
    expect(moment('12')).toBe(12);
  });

  it.each([
    ['step/0099', 'The run run-1 has no step/0099; the nearest is step/0012.'],
    ['step/6', 'the nearest is step/0004.'],
    ['step/3/task/9', 'has no step/3/task/9; the nearest is step/0003/task/001.'],
    ['step/99/task/1', 'the nearest is step/0012/task/000.'],
    ['step/99/task/900', 'the nearest is step/0012/task/1204.'],
    ['step/3/tusk/1', 'the nearest is step/0003/task/001.'],
    ['step/3/task/1/design/7/exec/9', /nearest is step\/0003\/task\/001\/design\/1\/exec\/01\.|design\/1\./],
    ['eval/befor/2', 'the nearest is eval/before/0002.'],
    ['eval/stage_9/7', 'the nearest is eval/stage_002/0007.'],
    ['sesion', 'the nearest is session.'],
    ['step/3/task/1/no/such/thing', /nearest is step\/0003\/task\/001\/\w+/],
    ['session@9999', /has no session@9999; the nearest is session@\d+\./],
    ['step/3/task/9@1', 'has no step/3/task/9@1; the nearest is step/0003/task/001@1.'],
    ['step/3@0', 'has no step/0003@0; the nearest is step/0003/task/000@0.'],
    ['0', 'and no event 0; the nearest is 1.'],
    ['999999', /has \d+ events and no event 999999; the nearest is \d+\./],
  ])('%s is not there: one sentence names the nearest', (typed, what) => {
    expect(sentence(typed)).toMatch(what);
    const nearest = /nearest is (.*)\.$/.exec(sentence(typed))?.[1] ?? '';
    expect(() => resolveAddress(nearest, log, 'run-1')).not.toThrow();
  });

  it('of another run is told apart from one that is not there', () => {
    expect(sentence('run-2/session@0')).toContain(
      '"run-2/session@0" names the run run-2, and the place is looked for in run-1; leave the run out, or say run-1.',
    );
  });

  it('of a place is none of an event: the sentence names those it has', () => {
    expect(sentence('step/3/task/1', (typed) => event(typed).stream)).toMatch(
      /step\/0003\/task\/001 of run-1 is a place and no event; .* step\/0003\/task\/001@0 to step\/0003\/task\/001@\d+\./,
    );
  });

  it('is one sentence in a run without events', () => {
    const empty = new MemoryLog(() => 0);
    for (const typed of ['step/0', 'session@1', '7', '']) {
      expect(() => resolveAddress(typed, empty, 'run-1')).toThrow(/^The run run-1 has .*\.$/);
    }
  });
});

it('the run stands in front of the first slash', () => {
  expect(splitAddress('latest/step/0000/')).toEqual({ run: 'latest', place: 'step/0000' });
  expect(splitAddress('run-3')).toEqual({ run: 'run-3', place: '' });
  expect(splitAddress('run-3/')).toEqual({ run: 'run-3', place: '' });
});
