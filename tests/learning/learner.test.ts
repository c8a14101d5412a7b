import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import {
  DEFAULT_HYPER_PARAMETERS as HYPER,
  initialState,
  Learner,
  type PolicyBatch,
  type SupervisedBatch,
} from '../../src/learning/learner.ts';
import { initialWeights, parameterCount, weightsHash } from '../../src/policies/parameters.ts';
import { CONFIG, copyingBatch, policyBatch } from './copying.ts';

const learner = new Learner(CONFIG);
const sharded = new Learner(CONFIG, { shards: 2 });
afterAll(async () => {
  await learner.close();
  await sharded.close();
});

/** The gradient behind a first step: Adam's first moment is (1 − β1) times the clipped gradient. */
async function gradientOf(batch: SupervisedBatch | PolicyBatch, weights: Float32Array, hyper = HYPER) {
  const { state } = await learner.step(initialState(weights), batch, {
    ...hyper,
    maxNorm: Number.POSITIVE_INFINITY,
  });
  return state.m.map((m) => m / (1 - hyper.beta1));
}

/** Small: along a random direction the loss is strongly curved, since the initial embeddings are small. */
const H = 5e-5;

async function expectGradientOfLoss(
  batch: SupervisedBatch | PolicyBatch,
  weights: Float32Array,
  hyper = HYPER,
) {
  const gradient = await gradientOf(batch, weights, hyper);
  const random = new RandomStream(1, 'directions');
  for (let trial = 0; trial < 8; trial++) {
    const direction = Float32Array.from(weights, () => random.normal());
    const at = async (step: number): Promise<number> => {
      const moved = weights.map((weight, i) => weight + step * (direction[i] ?? 0));
      return (await learner.step(initialState(moved), batch, hyper)).stats.loss;
    };
    const numeric = ((await at(H)) - (await at(-H))) / (2 * H);
    const exact = gradient.reduce((sum, g, i) => sum + g * (direction[i] ?? 0), 0);
    expect(Math.abs(numeric - exact), `${exact} against ${numeric}`).toBeLessThan(
      0.01 * (1 + Math.abs(numeric)),
    );
  }
}

describe('a training step', () => {
  const weights = initialWeights(CONFIG, 3);

  it('follows the gradient of the cross entropy', () =>
    expectGradientOfLoss(copyingBatch(5, 4, 1), weights, { ...HYPER, temperature: 0.7 }));

  it('follows the gradient of the policy objective with its entropy bonus', async () => {
    const base = copyingBatch(5, 4, 2);
    const logProbs = await learner.score(weights, base);
    const random = new RandomStream(1, 'old');
    // Far from the clip at ratio 1.2 on either side, where the objective has kinks.
    const old = logProbs.map((p) => p - random.pick([-0.6, -0.3, 0, 0.1, 0.4]));
    await expectGradientOfLoss(policyBatch(base, old, 3), weights, { ...HYPER, entropyBonus: 0.05 });
  });

  it('stays finite where a token had been nearly impossible, whatever its advantage', async () => {
    const base = copyingBatch(5, 4, 2);
    const logProbs = await learner.score(weights, base);
    for (const advantage of [0, 1, -1]) {
      const batch = policyBatch(
        base,
        logProbs.map(() => -100),
        3,
      );
      const given = { ...batch, advantages: batch.advantages.map(() => advantage) };
      const referenceLogProbs = batch.oldLogProbs;
      for (const penalised of [given, { ...given, referenceLogProbs }]) {
        const klPenalty = penalised === given ? 0 : 0.5;
        const { state, stats } = await learner.step(initialState(weights), penalised, {
          ...HYPER,
          klPenalty,
        });
        expect(state.weights.every(Number.isFinite)).toBe(true);
        expect(state.m.every(Number.isFinite) && state.v.every(Number.isFinite)).toBe(true);
        expect(Number.isFinite(stats.loss) && Number.isFinite(stats.gradientNorm)).toBe(true);
      }
    }
  });

  it('follows the gradient of the penalty on leaving a reference policy as older runs paid it', async () => {
    const base = copyingBatch(5, 4, 2);
    const logProbs = await learner.score(weights, base);
    const random = new RandomStream(1, 'reference');
    const reference = logProbs.map((p) => p + 0.3 * random.normal());
    const batch = { ...policyBatch(base, logProbs, 3), referenceLogProbs: reference };
    // Without advantages, so that the penalty is all there is, and the ratio's kink does not matter.
    const penalty = { ...batch, advantages: batch.advantages.map(() => 0) };
    const forward = { ...HYPER, klPenalty: 0.7, forwardKl: true };
    await expectGradientOfLoss(penalty, weights, forward);
    const { stats } = await learner.step(initialState(weights), penalty, { ...HYPER, klPenalty: 0.7 });
    const kl = reference.reduce((sum, ref, i) => {
      const d = ref - (logProbs[i] ?? 0);
      return sum + (base.weights[i] ?? 0) * (Math.exp(d) - 1 - d);
    }, 0);
    expect(stats.kl).toBeCloseTo(kl, 5);
    expect(stats.loss).toBeCloseTo(0.7 * kl, 5);
  });

  it('refuses a penalty without a reference', async () => {
    const base = copyingBatch(2, 3, 2);
    const batch = policyBatch(base, await learner.score(weights, base), 3);
    await expect(learner.step(initialState(weights), batch, { ...HYPER, klPenalty: 1 })).rejects.toThrow(
      'reference',
    );
  });

  it('has the loss, entropy and ratios that plain arithmetic gives', async () => {
    const base = copyingBatch(4, 3, 5);
    const logProbs = await learner.score(weights, base);
    const batch = policyBatch(
      base,
      logProbs.map((p, i) => p - 0.1 * (i % 5) + 0.1),
      6,
    );
    const { stats } = await learner.step(initialState(weights), batch, HYPER);
    let loss = 0;
    let clipped = 0;
    let drift = 0;
    batch.weights.forEach((w, i) => {
      if (w === 0) return;
      const ratio = Math.exp((logProbs[i] ?? 0) - (batch.oldLogProbs[i] ?? 0));
      const a = batch.advantages[i] ?? 0;
      const bounded = Math.min(Math.max(ratio, 0.8), 1.2) * a;
      loss -= w * Math.min(ratio * a, bounded);
      if (bounded < ratio * a) clipped += w;
      drift = Math.max(drift, Math.abs(ratio - 1));
    });
    expect(stats.loss).toBeCloseTo(loss, 5);
    expect(stats.clipFraction).toBeCloseTo(clipped, 5);
    expect(stats.drift).toBeCloseTo(drift, 4);
    expect(clipped).toBeGreaterThan(0);
  });

  it('has importance ratios of 1 while the weights are those that sampled', async () => {
    const base = copyingBatch(6, 5, 7);
    const batch = policyBatch(base, await learner.score(weights, base), 8);
    const { stats } = await learner.step(initialState(weights), batch, HYPER);
    expect(stats.drift).toBeLessThan(1e-4);
    expect(stats.clipFraction).toBe(0);
  });

  it('is not disturbed by rubbish where the weight is 0', async () => {
    const base = copyingBatch(3, 3, 7);
    const clean = policyBatch(base, await learner.score(weights, base), 8);
    const oldLogProbs = clean.oldLogProbs.map((p, i) => (base.weights[i] === 0 ? -500 : p));
    const a = await learner.step(initialState(weights), clean, HYPER);
    const b = await learner.step(initialState(weights), { ...clean, oldLogProbs }, HYPER);
    expect(b).toEqual(a);
  });

  it('is Adam with clipping by the global norm, as float64 arithmetic has it', async () => {
    const hyper = { ...HYPER, maxNorm: 0.05, lr: 0.01 };
    let state = initialState(weights);
    const [w, m, v] = [
      Float64Array.from(weights),
      new Float64Array(weights.length),
      new Float64Array(weights.length),
    ];
    for (let t = 1; t <= 3; t++) {
      const batch = copyingBatch(4, 4, t);
      const gradient = await gradientOf(batch, state.weights);
      const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      const result = await learner.step(state, batch, hyper);
      expect(result.stats.gradientNorm).toBeCloseTo(norm, 4);
      expect(norm).toBeGreaterThan(hyper.maxNorm);
      gradient.forEach((g, i) => {
        const clipped = (g * hyper.maxNorm) / norm;
        m[i] = hyper.beta1 * (m[i] ?? 0) + (1 - hyper.beta1) * clipped;
        v[i] = hyper.beta2 * (v[i] ?? 0) + (1 - hyper.beta2) * clipped * clipped;
        const step =
          (m[i] ?? 0) /
          (1 - hyper.beta1 ** t) /
          (Math.sqrt((v[i] ?? 0) / (1 - hyper.beta2 ** t)) + hyper.epsilon);
        w[i] = (w[i] ?? 0) - hyper.lr * step;
      });
      state = result.state;
    }
    const worst = state.weights.reduce((max, weight, i) => Math.max(max, Math.abs(weight - (w[i] ?? 0))), 0);
    expect(worst).toBeLessThan(2e-4);
    expect(state.step).toBe(3);
  });

  it('refuses a batch longer than the context', async () => {
    const batch = copyingBatch(2, 9, 1);
    await expect(learner.step(initialState(weights), batch, HYPER)).rejects.toThrow('context of 16');
  });
});

describe('training', () => {
  it('learns to copy', async () => {
    let state = initialState(initialWeights(CONFIG, 1));
    let loss = Number.POSITIVE_INFINITY;
    for (let step = 0; step < 300; step++) {
      const result = await learner.step(state, copyingBatch(24, 5, step), { ...HYPER, lr: 0.01 });
      state = result.state;
      loss = result.stats.loss;
    }
    expect(loss).toBeLessThan(0.3);
  });

  for (const [name, subject] of Object.entries({ 'one shard': learner, 'two shards': sharded })) {
    it(`gives the same weights twice, with ${name}`, async () => {
      const train = async (): Promise<string> => {
        let state = initialState(initialWeights(CONFIG, 1));
        for (let step = 0; step < 5; step++)
          state = (await subject.step(state, copyingBatch(7, 4, step), HYPER)).state;
        return weightsHash(state.weights);
      };
      expect(await train()).toBe(await train());
    });
  }

  it('cuts a large batch, whose bits do not depend on which thread takes which part', async () => {
    const batch = copyingBatch(700, 4, 1);
    expect(batch.rows * batch.length).toBeGreaterThan(4096);
    const a = await learner.step(initialState(initialWeights(CONFIG, 1)), batch, HYPER);
    const b = await sharded.step(initialState(initialWeights(CONFIG, 1)), batch, HYPER);
    expect(weightsHash(b.state.weights)).toBe(weightsHash(a.state.weights));
    expect(b.stats).toEqual(a.stats);
  });

  it('agrees between one shard and two but for rounding', async () => {
    const batch = copyingBatch(7, 4, 1);
    const a = await learner.step(initialState(initialWeights(CONFIG, 1)), batch, HYPER);
    const b = await sharded.step(initialState(initialWeights(CONFIG, 1)), batch, HYPER);
    expect(b.stats.loss).toBeCloseTo(a.stats.loss, 5);
    expect(b.stats.gradientNorm).toBeCloseTo(a.stats.gradientNorm, 5);
    expect(b.stats.entropy).toBeCloseTo(a.stats.entropy, 5);
    a.logProbs.forEach((p, i) => {
      expect(b.logProbs[i]).toBeCloseTo(p, 4);
    });
    expect(a.state.m.reduce((max, m, i) => Math.max(max, Math.abs(m - (b.state.m[i] ?? 0))), 0)).toBeLessThan(
      1e-6,
    );
  });
});

describe('initial weights', () => {
  it('are a function of the seed', () => {
    expect(weightsHash(initialWeights(CONFIG, 1))).toBe(weightsHash(initialWeights(CONFIG, 1)));
    expect(weightsHash(initialWeights(CONFIG, 1))).not.toBe(weightsHash(initialWeights(CONFIG, 2)));
    expect(initialWeights(CONFIG, 1)).toHaveLength(parameterCount(CONFIG));
  });
});
