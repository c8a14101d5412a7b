import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { parseChange } from '../../src/runtime/fork/change.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { executionWorth } from '../../src/runtime/fork/worth.ts';
import { readConfig, resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { diffRuns } from '../../src/views/run-diff.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { KIT, runOptions, scratch, smallConfig } from './small-run.ts';

// Forks of a real run of seconds: real weights, sandbox and store.

const directory = scratch();
const hardware = { samplers: 2 };
let store: Store;

beforeAll(async () => {
  store = directory.open('forks.db');
  await startRun(store, smallConfig(), runOptions()).finished;
});
afterAll(() => {
  store.close();
  directory.remove();
});

const find = (which: (event: StoredEvent) => boolean): StoredEvent => {
  for (const event of store.reader('run-1').events()) if (which(event)) return event;
  throw new Error('the run has no such event');
};
const settings = { kit: KIT, codeVersion: 'test', changes: [], policies: {} };

/** Forks run-1, runs the fork to its end, and returns it. */
async function play(at: string, changes: Partial<Parameters<typeof forkRun>[2]>) {
  const forked = await forkRun(store, 'run-1', { ...settings, ...changes, at });
  let sampled = 0;
  const count = (events: readonly StoredEvent[]) => {
    sampled += events.filter(({ type }) => type === 'called').length;
  };
  expect(await resumeRun(store, forked.run, { ...runOptions(), onEvents: count }).finished).toBe('done');
  const diff = diffRuns(store.reader('run-1'), store.reader(forked.run));
  return { ...forked, sampled, diff };
}

const inSecondStep = (type: string) => (event: StoredEvent) =>
  event.type === type && event.stream.startsWith('step/0001/');

describe('a fork', () => {
  it('shares all that came before, costs no call for it, and differs from its event on', async () => {
    const event = find((each) => inSecondStep('called')(each) && each.stream.includes('/agent/'));
    const { at, prefixCalls, sampled, diff, run } = await play(String(event.seq), {
      changes: [parseChange('text=7')],
    });
    expect(at).toBe(event.seq);
    expect(diff.parting).toMatchObject({ stream: event.stream, version: event.version, b: '"7"' });
    const before = [...store.reader('run-1').events({ upTo: event.seq - 1 })];
    expect(prefixCalls).toBe(before.filter(({ type }) => type === 'called').length);
    const all = [...store.reader(run).events()].filter(({ type }) => type === 'called').length;
    // The changed call is set, not sampled.
    expect(sampled).toBe(all - prefixCalls - 1);
    expect(diff.shared).toBeGreaterThanOrEqual(before.length);
  }, 60_000);

  it('with the same streams and nothing but a call redrawn changes nothing where that draw is the same', async () => {
    // Common random numbers: a fresh fork differs, and one that sets what was said anyway is refused.
    const event = find((each) => inSecondStep('called')(each) && each.stream.includes('/agent/'));
    const same = `text=${JSON.stringify(event.data.text)}`;
    const setSame = forkRun(store, 'run-1', {
      ...settings,
      at: String(event.seq),
      changes: [parseChange(same)],
    });
    await expect(setSame).rejects.toThrow('says just that already');
    const { diff } = await play(String(event.seq), { fresh: 'other' });
    expect(diff.onlyA).toBeGreaterThan(0);
    expect(diff.parting?.seq.a).toBeGreaterThanOrEqual(event.seq);
  }, 60_000);

  it('may change a tool result, a design, or the version that plays a role', async () => {
    const tool = find(inSecondStep('tool.returned'));
    const answered = await play(`${tool.stream}@${tool.version}`, { changes: [parseChange('text=99')] });
    expect(answered.diff.parting).toMatchObject({ field: 'text', b: '"99"' });

    const compiled = find(inSecondStep('compiled'));
    const spec = { mas: 1, root: { kind: 'agent', name: 'other' } };
    const designed = await play(String(compiled.seq), {
      changes: [parseChange(`spec=${JSON.stringify(spec)}`)],
    });
    const execution = `${compiled.stream}/exec/00`;
    expect(store.reader(designed.run).read(execution)[0]?.data.spec).toEqual(spec);

    const version = await play(String(compiled.seq), { policies: { executor: 'cold-start' } });
    const cold = find(({ type, data }) => type === 'imitated' && String(data.label).endsWith('2'));
    const calls = [...store.reader(version.run).events({ after: compiled.seq })].filter(
      ({ type, stream }) => type === 'called' && stream.includes('/agent/'),
    );
    expect(new Set(calls.map(({ data }) => data.version))).toEqual(new Set([cold.data.version]));
  }, 120_000);

  it('verifies like any run, and can be forked again', async () => {
    const event = find((each) => inSecondStep('called')(each) && each.stream.includes('/agent/'));
    const first = await forkRun(store, 'run-1', {
      ...settings,
      at: String(event.seq),
      changes: [parseChange('text=5')],
    });
    await resumeRun(store, first.run, runOptions()).finished;
    expect(await verifyRun(store, first.run, { kit: KIT, hardware })).toMatchObject({ identical: true });
    const second = await forkRun(store, first.run, {
      ...settings,
      at: String(event.seq + 9),
      fresh: 'again',
    });
    await resumeRun(store, second.run, runOptions()).finished;
    expect(readConfig(store, second.run).forks).toMatchObject([{ parent: 'run-1' }, { parent: first.run }]);
    expect(await verifyRun(store, second.run, { kit: KIT, hardware })).toMatchObject({ identical: true });
  }, 120_000);

  it('of a fork, before it was one, takes over nothing of what that one changed', async () => {
    const second = find(({ type, data }) => type === 'picked' && data.key === 'step/0001');
    const third = find(({ type, data }) => type === 'picked' && data.key === 'step/0002');
    const late = await forkRun(store, 'run-1', {
      ...settings,
      at: String(third.seq),
      fresh: 'late',
      learning: { executorRate: 1e-5 },
    });
    await resumeRun(store, late.run, runOptions()).finished;
    const early = await forkRun(store, late.run, {
      ...settings,
      at: String(second.seq),
      learning: { clip: 0.1 },
    });
    await resumeRun(store, early.run, runOptions()).finished;
    expect(readConfig(store, early.run).forks).toMatchObject([{ parent: late.run }]);
    const learned = store
      .reader(early.run)
      .read('session')
      .filter(({ type }) => type === 'learned');
    expect(learned.map(({ data }) => data.settings)).toEqual([undefined, { clip: 0.1 }, { clip: 0.1 }]);
    expect(await verifyRun(store, early.run, { kit: KIT, hardware })).toMatchObject({ identical: true });
  }, 120_000);

  it.each([
    ['0', {}, /no event 0; the nearest is 1\./],
    ['999999', {}, /no event 999999; the nearest is/],
    ['session@77', {}, /no session@77; the nearest is session@\d+\./],
    ['step/0/task/77@1', {}, /no step\/0\/task\/77@1; the nearest is step\/0000\/task\/\d+@1\./],
    ['step/0/task/0', {}, /is a place and no event; name one of its events, step\/0000\/task\/000@0 to/],
    ['step/0/task/0@1', {}, /differs in something/],
    ['1', {}, /first event shares nothing/],
    ['9', {}, /differs in something/],
    ['40', { changes: [{ field: 'nothing', value: 1, raw: '1' }] }, /has no "nothing"; it has/],
  ] as const)('at %s with %j is refused', async (at, changes, sentence) => {
    const runs = store.runs().length;
    const attempt = forkRun(store, 'run-1', { ...settings, ...changes, at });
    await expect(attempt).rejects.toThrow(sentence);
    await expect(attempt).rejects.toBeInstanceOf(UserError);
    expect(store.runs()).toHaveLength(runs);
  });
});

describe('credit by fork', () => {
  it('redraws each call of an execution, and takes what it does not touch from the log', async () => {
    const reader = store.reader('run-1');
    const stream = reader.streams().find((name) => /^step\/0001\/.*\/exec\/00$/.test(name)) ?? '';
    const options = { kit: KIT, hardware, draws: 3 };
    const worth = await executionWorth(reader, readConfig(store, 'run-1'), stream, options);
    const calls = [...reader.readPrefix(stream)].filter(({ type }) => type === 'called');
    expect(worth.worth.map(({ call }) => call)).toEqual(
      calls.map(({ stream: at, data }) => `${at}/${String(data.key)}`),
    );
    expect(worth.policyCalls).toBeGreaterThanOrEqual(3 * calls.length);
    for (const { credit, branches } of worth.worth) {
      expect(branches).toHaveLength(3);
      expect(credit).toBeCloseTo(worth.score - branches.reduce((sum, each) => sum + each, 0) / 3, 10);
    }
    expect(await executionWorth(reader, readConfig(store, 'run-1'), stream, options)).toEqual(worth);
  }, 60_000);
});
