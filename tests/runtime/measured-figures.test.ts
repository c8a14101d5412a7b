import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedCall } from '../../src/policies/recorded-call.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { recordedCredits, stepPrefix } from '../../src/runtime/recorded-credit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { PlainProgress } from '../../src/views/plain-lines.ts';
import type { Store } from '../../store/store.ts';
import { evenAnswers, KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
afterAll(() => directory.remove());

/** A verifier that no answer pleases: no group of an executor has any variance. */
const hopeless = {
  ...KIT,
  verifier: {
    ...KIT.verifier,
    verify: async () => ({ score: 0, answer: { kind: 'none' as const, cause: 'no' }, parts: {} }),
  },
};
const FIGURES = ['loss', 'gradientNorm', 'clipFraction', 'entropy', 'ratioError'];

async function train(name: string, changes: Partial<RunConfig>, kit = evenAnswers()): Promise<Store> {
  const store = directory.open(`${name}.db`);
  expect(await startRun(store, tinyConfig(changes), { ...runOptions(), kit }).finished).toBe('done');
  return store;
}

const session = (store: Store, wanted: string) =>
  store
    .reader('run-1')
    .read('session')
    .filter(({ type }) => type === wanted)
    .map(({ data }) => data);

const { learning, stage } = tinyConfig();
const coupled = { ...stage, schedule: 'coupled' as const };

describe('a run in which the executor solves nothing', () => {
  const klPenalty = 0.1;
  let store: Store;
  let older: Store;
  beforeAll(async () => {
    const common = { policies: 'per-role' as const, stage: coupled, steps: 3 };
    store = await train('hopeless', { ...common, learning: { ...learning, klPenalty: 0 } }, hopeless);
    older = await train(
      'older',
      { ...common, learning: { ...learning, klPenalty }, behaviours: [], steps: 1 },
      hopeless,
    );
  });

  it('has no figures of updates that were not made, and says so', () => {
    for (const data of session(store, 'learned').filter(({ role }) => role === 'executor')) {
      expect(data).toMatchObject({ updates: 0, sequences: 0 });
      for (const figure of [...FIGURES, 'drift', 'kl']) expect(data).not.toHaveProperty(figure);
    }
  });

  it('had zeros in place of them in older runs, which verify as they are', async () => {
    const executor = session(older, 'learned').find(({ role }) => role === 'executor');
    expect(executor).toMatchObject({ updates: 0, loss: 0, entropy: 0, drift: 0, kl: 0 });
    expect(session(older, 'credited')[0]).not.toHaveProperty('entropy');
    expect(await verifyRun(older, 'run-1', { ...runOptions(), kit: hopeless })).toMatchObject({
      identical: true,
    });
  });

  it('rings alarms, in the line in which they begin', () => {
    const progress = new PlainProgress();
    const lines: string[] = [];
    for (const event of store.reader('run-1').events()) lines.push(progress.line(event) ?? '');
    const text = lines.join('\n');
    expect(
      text.match(/ALARM: the executor solves next to nothing: mean score 0.000 in step 1/g),
    ).toHaveLength(1);
    expect(text.match(/ALARM: the executor learns nothing from its rewards: .* up to step 3/g)).toHaveLength(
      1,
    );
    expect(text).not.toMatch(/KL/);
  });
});

describe('the entropy of a role', () => {
  it('is that of all its samples, from their recorded log-probabilities', async () => {
    const store = await train('entropy', { stage: coupled });
    const reader = store.reader('run-1');
    for (const { step, role, entropy } of recordedCredits(reader)) {
      const logProbs = reader
        .readPrefix(stepPrefix(step))
        .filter(
          ({ type, stream }) => type === 'called' && stream.includes('/agent/') === (role === 'executor'),
        )
        .flatMap((event) => [...recordedCall(event).logProbs]);
      expect(logProbs.length).toBeGreaterThan(0);
      expect(entropy).toBeCloseTo(-logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length, 9);
    }
    // One model for both, and nobody frozen.
    for (const data of session(store, 'learned')) expect(data).not.toHaveProperty('drift');
  });
});

describe('samples of advantage 0', () => {
  it('are learned from where entropy or divergence has a price, and nowhere else', async () => {
    const sequences = async (name: string, changed: object) => {
      const store = await train(name, {
        policies: 'per-role',
        stage: coupled,
        steps: 1,
        learning: { ...learning, rehearsal: 0, ...changed },
      });
      const events = store.reader('run-1').readPrefix(stepPrefix(0));
      const calls = (agents: boolean) =>
        events.filter(({ type, stream }) => type === 'called' && stream.includes('/agent/') === agents)
          .length;
      const [executor, designer] = session(store, 'learned').map((data) => Number(data.sequences));
      return { learned: [executor, designer], calls: [calls(true), calls(false)] };
    };
    const plain = await sequences('plain', {});
    const bonus = await sequences('bonus', { entropyBonus: 0.01 });
    const penalty = await sequences('penalty', { klPenalty: 0.1 });
    expect(plain.learned[0]).toBeLessThan(plain.calls[0] ?? 0);
    expect(bonus.learned).toEqual(bonus.calls);
    expect(penalty.learned).toEqual(penalty.calls);
  });
});
