import { beforeAll, describe, expect, it } from 'vitest';
import { type Phase, RunView } from '../../src/views/run-view.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { find, foldedTo, HELD_OUT, PLAN, recordedRun, TASKS } from './recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun();
});

/** The view after each event. */
function* views(): Generator<RunView> {
  const view = new RunView();
  for (const event of log.events()) {
    view.apply(event);
    yield view;
  }
}

describe('RunView', () => {
  it('goes through the phases of a session in their order', () => {
    const phases: Phase[] = [];
    for (const { phase } of views()) if (phases.at(-1) !== phase) phases.push(phase);
    expect(phases).toEqual(['coldStart', 'before', 'executor', 'designer', 'executor', 'after', 'done']);
  });

  it('says whose stage it is at every step', () => {
    const roles: Phase[] = [];
    for (const view of views()) if (view.scope.startsWith('step/')) roles[view.step] ??= view.phase;
    expect(roles.slice(0, PLAN.steps)).toEqual(['executor', 'executor', 'designer', 'designer', 'executor']);
  });

  it('knows plan, preset and seed from the first event', () => {
    expect(foldedTo(log, 1)).toMatchObject({ plan: PLAN, preset: 'test', seed: 1, phase: 'coldStart' });
  });

  it('collects the losses of the cold start and the figures of every step', () => {
    const view = foldedTo(log);
    expect(view.losses).toEqual([2, 1]);
    expect(view.steps).toHaveLength(PLAN.steps);
    expect(view.steps[3]).toEqual({
      step: 3,
      role: 'designer',
      designerReward: 0.3,
      executorReward: 0.6,
      // Of a design, over all of the step's.
      score: 0.5,
      invalid: 0.25,
      zeroVariance: 2,
      groups: 6,
      updates: 2,
      sequences: 13,
      loss: -3,
      entropy: 0.25,
      kl: null,
      drift: 1e-3,
      clipFraction: 0.03,
      gradientNorm: 0.5,
      ratioError: 1e-6,
    });
    expect(view.version).toBe('policy-of-step-4');
  });

  it('has no drift and no loss for a step that is credited and not learned', () => {
    const credited = find(log, ({ type }) => type === 'credited');
    expect(foldedTo(log, credited.seq).steps).toMatchObject([{ step: 0, drift: null, loss: null }]);
    expect(foldedTo(log, credited.seq).step).toBe(0);
  });

  it('counts finished trees of the step or evaluation in view', () => {
    for (const { progress, scope } of views()) {
      expect(progress.of).toBe(scope === '' ? 0 : scope.startsWith('eval/') ? HELD_OUT : TASKS);
      expect(progress.done).toBeLessThanOrEqual(progress.of);
    }
    expect(foldedTo(log).progress).toEqual({ done: HELD_OUT, of: HELD_OUT });
  });

  it('tells the same mixes, failures and tallies as the trees themselves', () => {
    const { mixes, failures, before, after } = foldedTo(log);
    const shapes = (prefix: string) => {
      const counts: { [shape: string]: number } = {};
      for (const { type, data } of log.readPrefix(prefix)) {
        if (type === 'compiled') counts[String(data.shape)] = (counts[String(data.shape)] ?? 0) + 1;
      }
      return counts;
    };
    expect(mixes).toHaveLength(PLAN.steps);
    for (const [step, mix] of mixes.entries()) {
      const merged: { [shape: string]: number } = {};
      for (const counts of Object.values(mix)) {
        for (const [shape, count] of Object.entries(counts)) merged[shape] = (merged[shape] ?? 0) + count;
      }
      expect(merged).toEqual(shapes(`step/000${step}`));
    }
    const rejected = [...log.events()].filter(({ type }) => type === 'rejected').length;
    expect(rejected).toBeGreaterThan(0);
    expect(failures.syntax).toBe(rejected);
    for (const tally of [before, after]) {
      expect(Object.values(tally).reduce((sum, { tasks }) => sum + tasks, 0)).toBe(HELD_OUT);
    }
  });

  it('counts every call and its tokens', () => {
    const calls = [...log.events()].filter(({ type }) => type === 'called').length;
    expect(foldedTo(log)).toMatchObject({ calls, finishedCalls: calls });
  });

  it('counts what the current step or evaluation has sampled, for rates', () => {
    const calls = log.readPrefix('eval/after').filter(({ type }) => type === 'called');
    const picked = find(log, ({ type, data }) => type === 'picked' && data.key === 'eval/after');
    expect(foldedTo(log, picked.seq)).toMatchObject({ sampledCalls: 0, sampledTokens: 0, samplingTime: 0 });
    expect(foldedTo(log)).toMatchObject({
      sampledCalls: calls.length,
      sampledTokens: 4 * calls.length,
      samplingTime: (calls.at(-1)?.time ?? 0) - picked.time,
    });
  });

  it('tells all but the trees from the session alone', () => {
    const { phase, step, steps, losses, before, after, mixes, failures, calls, version } = foldedTo(log);
    expect(sessionView(log)).toMatchObject({
      phase,
      step,
      steps,
      losses,
      before,
      after,
      mixes,
      failures,
      calls,
      version,
    });
  });

  it('goes from the first evaluation to the last where there are no steps', async () => {
    const short = await recordedRun({ steps: 0 });
    expect(foldedTo(short)).toMatchObject({ phase: 'done', step: 0, steps: [], mixes: [] });
  });
});

describe('TreeView', () => {
  it('has every task done at the end of its step, also one whose scripts were all rejected', () => {
    const barren: string[] = [];
    for (const { seq } of log.read('session').filter(({ type }) => type === 'credited')) {
      for (const task of foldedTo(log, seq).tree.tasks.values()) {
        expect(task).toMatchObject({ stream: task.stream, state: 'done' });
        if ([...task.designs.values()].every(({ state }) => state === 'failed')) barren.push(task.stream);
      }
    }
    // Otherwise this log no longer shows what the test is about.
    expect(barren).not.toEqual([]);
  });

  it('has a task at work for as long as one of its trees grows', () => {
    const { seq } = find(log, ({ type, stream }) => type === 'called' && /^step.*\/agent\//.test(stream));
    expect([...foldedTo(log, seq).tree.tasks.values()].some(({ state }) => state === 'working')).toBe(true);
  });

  it('shows only the trees of the step in view', () => {
    for (const { tree, scope } of views()) {
      for (const stream of tree.tasks.keys()) expect(stream.startsWith(`${scope}/`)).toBe(true);
    }
  });
});
