import { afterAll, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { Store } from '../../store/store.ts';
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
  for (const run of [penalised, rehearsing]) {
    expect(await verifyRun(run, 'latest', options)).toMatchObject({ identical: true, divergence: null });
  }
  for (const run of runs) run.close();
});
