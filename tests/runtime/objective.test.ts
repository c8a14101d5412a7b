import { afterAll, expect, it } from 'vitest';
import { must } from '../../src/core/errors.ts';
import { startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { expectViewsToAgree } from '../docs/store-agreement.ts';
import { evenAnswers, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
const options = { ...runOptions(), kit: evenAnswers() };
afterAll(() => directory.remove());

let opened = 0;
async function train(learning: object, steps = 2): Promise<Store> {
  const config = tinyConfig({ policies: 'per-role', steps });
  const store = directory.open(`run-${++opened}.db`);
  const changed = { ...config, learning: { ...config.learning, ...learning } };
  expect(await startRun(store, changed, options).finished).toBe('done');
  return store;
}

function weightsOf(store: Store): string | null {
  const info = store.run('latest');
  return summarise(info, store.reader(info.id), store.attempts(info.id)).weightsHash;
}

it('an entropy bonus, a penalty on leaving the cold start’s policy, warm-up and rehearsal each change what is learned', async () => {
  const runs = await Promise.all([
    train({}),
    train({ entropyBonus: 0.05 }),
    train({ klPenalty: 0.5 }),
    train({ warmUpSteps: 4 }),
    train({ rehearsal: 2 }, 3),
  ]);
  expect(new Set(runs.map(weightsOf)).size).toBe(runs.length);
  const [, , penalised, , rehearsing] = runs;
  if (penalised === undefined || rehearsing === undefined) return expect.fail();
  const divergence = ({ data }: StoredEvent) => Number(data.kl);
  const learned = (store: Store) =>
    store
      .reader(store.run('latest').id)
      .read('session')
      .filter(({ type }) => type === 'learned');
  // The first update begins where the reference is; later ones have left it.
  expect(divergence(must(learned(penalised)[0], 'an update'))).toBeCloseTo(0, 6);
  expect(
    learned(penalised)
      .slice(1)
      .map(divergence)
      .every((kl) => kl > 0),
  ).toBe(true);
  expect(learned(rehearsing).some(({ data }) => 'kl' in data)).toBe(false);
  for (const run of [penalised, rehearsing]) {
    expect(await verifyRun(run, 'latest', options)).toMatchObject({ identical: true, divergence: null });
    // Other arithmetic moves the divergence as it moves the loss.
    const others = { ...options, hardware: { samplers: 1, threads: 2 }, tolerance: 1e-3 };
    expect(await verifyRun(run, 'latest', others)).toMatchObject({ identical: true, divergence: null });
  }
  for (const run of runs) {
    expectViewsToAgree(run, 'run-1');
    run.close();
  }
});
