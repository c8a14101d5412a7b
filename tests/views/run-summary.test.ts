import { beforeAll, describe, expect, it } from 'vitest';
import { changeOf } from '../../src/views/accuracy.ts';
import { fractions, originText, summarise } from '../../src/views/run-summary.ts';
import type { EventReader } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { find, foldedTo, recordedRun } from './recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun();
});

const INFO = {
  id: 'run-1',
  createdAt: 0,
  status: 'done',
  config: {},
  codeVersion: 'test',
  events: 0,
  attempts: 1,
};

/** The log as it stood after event `seq`. */
function upTo(seq: number): EventReader {
  const left = new MemoryLog(() => 5000);
  for (const { stream, version, type, data, bytes } of log.events({ upTo: seq })) {
    left.append([{ stream, expectedVersion: version, type, data, bytes }]);
  }
  return left;
}

describe('summarise', () => {
  it('is the run in a line', () => {
    const view = foldedTo(log);
    expect(
      summarise(INFO, log, [
        { attempt: 1, startedAt: 1000, endedAt: 3250, pid: 1, note: '', codeVersion: '' },
      ]),
    ).toEqual({
      run: 'run-1',
      seed: 1,
      preset: 'test',
      status: 'done',
      step: 5,
      steps: 5,
      events: log.count(),
      eventHash: log.eventHash(),
      weightsHash: 'policy-of-step-4',
      heldOut: { before: fractions(view.before), after: fractions(view.after) },
      change: changeOf(view),
      failures: { designs: view.failures, executions: view.executionFailures },
      zeroVariance: { designer: { none: 4, groups: 12 }, executor: { none: 6, groups: 18 } },
      alarms: [],
      reproducible: true,
      policyCalls: view.calls,
      seconds: 2.3,
    });
  });

  it('adds up the time of all attempts, without the time between them', () => {
    const attempts = [
      { attempt: 1, startedAt: 0, endedAt: 1000, pid: 1, note: '', codeVersion: '' },
      { attempt: 2, startedAt: 90_000, endedAt: 91_500, pid: 2, note: '', codeVersion: '' },
    ];
    expect(summarise(INFO, log, attempts).seconds).toBe(2.5);
  });

  it('counts an attempt that has not ended up to the last event, and never less than nothing', () => {
    const half = upTo(find(log, ({ type }) => type === 'credited').seq);
    expect(
      summarise(INFO, half, [{ attempt: 1, startedAt: 1000, pid: 1, note: '', codeVersion: '' }]).seconds,
    ).toBe(4);
    expect(
      summarise(INFO, half, [{ attempt: 1, startedAt: 9000, pid: 1, note: '', codeVersion: '' }]).seconds,
    ).toBe(0);
  });

  it('tells an interrupted run from one that is being written', () => {
    const half = upTo(find(log, ({ type }) => type === 'credited').seq);
    expect(summarise(INFO, half, [])).toMatchObject({
      status: 'interrupted',
      step: 0,
      heldOut: { after: {} },
    });
    expect(summarise(INFO, half, [])).not.toHaveProperty('change');
    expect(summarise({ ...INFO, writer: 7 }, half, [])).toMatchObject({ status: 'running' });
  });

  it('reads no stream but the session’s until the event hash is asked for', () => {
    const refuse = () => {
      throw new Error('all streams were read');
    };
    const reader = Object.assign(upTo(log.count()), {
      eventHash: refuse,
      events: refuse,
      readPrefix: refuse,
    });
    const summary = summarise(INFO, reader, []);
    expect(summary.status).toBe('done');
    expect(() => JSON.stringify(summary)).toThrow('all streams were read');
  });

  it('says whose fork a run is, and that it has not run while it holds nothing of its own', () => {
    const { seq, stream, version } = find(log, ({ type }) => type === 'credited');
    const fork = { parent: 'run-7', at: seq + 1, stream, version: version + 1, given: seq };
    const made = summarise({ ...INFO, status: 'created', fork }, upTo(seq), []);
    expect(made).toMatchObject({ status: 'forked', fork: { parent: 'run-7', at: seq + 1 } });
    expect(made.fork).not.toHaveProperty('given');
    expect(originText(made)).toBe(`fork of run-7 at ${seq + 1} (session@${version + 1})`);
    const begun = { ...INFO, status: 'created', fork };
    expect(summarise({ ...begun, writer: 7 }, upTo(seq), []).status).toBe('running');
    expect(summarise(begun, upTo(seq + 1), []).status).toBe('interrupted');
    expect(summarise(begun, log, []).status).toBe('done');
    expect(originText(summarise(INFO, log, []))).toBe('');
  });

  it('can be made of a run without events', () => {
    expect(summarise(INFO, upTo(0), [])).toMatchObject({
      status: 'interrupted',
      events: 0,
      seconds: 0,
      steps: 0,
    });
  });
});

describe('fractions', () => {
  it('are mean scores, rounded', () => {
    const tally = { tasks: 3, score: 1, valid: 3, calls: 3, tokens: 9, shapes: {}, attributes: {} };
    expect(fractions({ code: tally })).toEqual({ code: 0.3333 });
  });
});
