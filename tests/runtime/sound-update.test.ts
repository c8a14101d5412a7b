import { afterAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import type { Store } from '../../store/store.ts';
import { evenAnswers, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
const options = { ...runOptions(), kit: evenAnswers() };
afterAll(() => directory.remove());

const sessionOf = (store: Store, run: string) => store.reader(run).read('session');
const learned = (store: Store, run = 'run-1') =>
  sessionOf(store, run)
    .filter(({ type }) => type === 'learned')
    .map(({ data }) => data);

/** An executor's rate at which its first update has finite weights and logits that overflow. */
function config(changes: { readonly executorRate?: number; readonly designerRate?: number }) {
  const tiny = tinyConfig({ policies: 'per-role' });
  return {
    ...tiny,
    stage: { ...tiny.stage, schedule: 'coupled' as const },
    learning: { ...tiny.learning, warmUpSteps: 0, ...changes },
  };
}

describe('an update with which nothing can go on', () => {
  const store = directory.open('refused.db');
  const refused = () =>
    startRun(store, config({ executorRate: 1e30 }), options).finished.catch((error: unknown) => error);

  it('is refused in one sentence, and the version before it is kept', async () => {
    const error = await refused();
    expect(error).toBeInstanceOf(RefusedError);
    expect(String(error)).toMatch(
      /run-1: the executor's update in step\/0000 is not stored, since its (weights reach 1\.00e\+30, where log-probabilities overflow|log-probabilities are not finite) \(learning rate 1e\+30, gradient norm [\d.]+\); .*troupe train --resume run-1 --set learning.executorRate=VALUE/,
    );
    expect(learned(store)).toEqual([]);
    expect(sessionOf(store, 'run-1').at(-1)?.type).toBe('credited');
    // As it is, it is refused again.
    await expect(resumeRun(store, 'run-1', options).finished).rejects.toThrow('is not stored');
  });

  it('branches off with a lower rate, and the branch is a run like any other', async () => {
    const at = String(store.reader('run-1').count());
    const { run } = await forkRun(store, 'run-1', {
      ...options,
      at,
      changes: [],
      policies: {},
      learning: { executorRate: 1e-3 },
    });
    expect(await resumeRun(store, run, options).finished).toBe('done');
    expect(learned(store, run).map(({ settings }) => settings)).toEqual(
      Array.from({ length: 4 }, () => ({ executorRate: 1e-3 })),
    );
    expect(await verifyRun(store, run, options)).toMatchObject({ identical: true });
  });

  it('goes on with a lower rate, which its updates note and which later attempts and verification keep', async () => {
    const first = resumeRun(store, 'run-1', {
      ...options,
      change: { executorRate: 1e-3, clip: 0.1 },
      onEvents: (events) => {
        if (events.some(({ type }) => type === 'learned')) first.stop();
      },
    });
    expect(await first.finished).toBe('stopped');
    expect(await resumeRun(store, 'run-1', options).finished).toBe('done');
    const settings = learned(store).map((data) => data.settings);
    expect(settings).toEqual(Array.from({ length: 4 }, () => ({ executorRate: 1e-3, clip: 0.1 })));
    expect(await verifyRun(store, 'run-1', options)).toMatchObject({ identical: true });
    // Weights that are no longer kept are learned again with the settings that they were learned with.
    const last = sessionOf(store, 'run-1').findLast(({ type }) => type === 'picked');
    const { run } = await forkRun(store, 'run-1', {
      ...options,
      at: String(last?.seq),
      changes: [],
      policies: {},
      fresh: 'again',
    });
    expect(learned(store, run).length).toBeGreaterThan(0);
  });

  it('back at the configured value notes nothing', async () => {
    const again = directory.open('back.db');
    const run = startRun(again, config({}), {
      ...options,
      change: { executorRate: 1e-3 },
      onEvents: (events) => {
        if (events.some(({ type }) => type === 'learned')) run.stop();
      },
    });
    await run.finished;
    const { executorRate } = config({}).learning;
    expect(await resumeRun(again, 'run-1', { ...options, change: { executorRate } }).finished).toBe('done');
    expect(learned(again).map((data) => data.settings)).toEqual([
      { executorRate: 1e-3 },
      undefined,
      undefined,
      undefined,
    ]);
    again.close();
  });

  it('of a cold start is refused as well', async () => {
    const cold = directory.open('cold.db');
    const { imitation, ...rest } = config({});
    const broken = { ...rest, imitation: { ...imitation, learningRate: 1e30 } };
    await expect(startRun(cold, broken, options).finished).rejects.toThrow(
      /run-1: chunk 0 of the cold start is not stored.*imitation.learningRate/,
    );
    expect(sessionOf(cold, 'run-1').map(({ type }) => type)).toEqual(['started']);
    cold.close();
  });
});
