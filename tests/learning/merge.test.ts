import { afterAll, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { minibatches, type TrainingSequence } from '../../src/learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS, initialState, Learner } from '../../src/learning/learner.ts';
import { merged } from '../../src/learning/merge.ts';
import { policyBatch } from '../../src/learning/tensors.ts';
import { initialWeights } from '../../src/policies/parameters.ts';

const config = { vocab: 32, dim: 16, layers: 1, heads: 2, hidden: 32, context: 32 };
const learner = new Learner(config);
afterAll(() => learner.close());

const once = (advantage: number): TrainingSequence => ({
  promptTokens: [1, 2, 3],
  tokens: [4, 5],
  advantage,
});
const other: TrainingSequence = { promptTokens: [1, 2], tokens: [3, 4, 5], advantage: 1 };

it('makes one of equal samples, with the mean of their advantages, and leaves others alone', () => {
  expect(merged([once(1), other, once(-0.5), once(1)])).toEqual([
    { ...once(0.5), count: 3 },
    { ...other, count: 1 },
  ]);
});

it('leaves the step that is taken as it was, but for rounding', async () => {
  const weights = initialWeights(config, 3);
  const all = await sampledAlready(weights, [
    once(2),
    other,
    once(-0.5),
    once(1),
    { ...other, advantage: -2 },
  ]);
  const step = async (sequences: readonly TrainingSequence[]) => {
    const [batch] = minibatches(sequences, { batchTokens: 4096 }, new RandomStream(1, 'b')).map(policyBatch);
    if (batch === undefined) throw new Error('a batch');
    return learner.step(initialState(weights), batch, DEFAULT_HYPER_PARAMETERS);
  };
  const [plain, short] = [await step(all), await step(merged(all))];
  expect(plain.stats.gradientNorm).toBeGreaterThan(0);
  expect(short.stats.gradientNorm / plain.stats.gradientNorm).toBeCloseTo(1, 5);
  // Adam's first moment is the gradient, scaled.
  const furthest = Math.max(...plain.state.m.map((value, i) => Math.abs(value - (short.state.m[i] ?? 0))));
  expect(furthest / Math.max(...plain.state.m.map(Math.abs))).toBeLessThan(1e-5);
});

/** With the log-probabilities that these weights give them. */
async function sampledAlready(
  weights: Float32Array,
  sequences: readonly TrainingSequence[],
): Promise<TrainingSequence[]> {
  const done: TrainingSequence[] = [];
  for (const sequence of sequences) {
    const batch = policyBatch({
      sequences: [sequence],
      length: sequence.promptTokens.length + sequence.tokens.length - 1,
    });
    const scores = await learner.score(weights, batch);
    done.push({ ...sequence, logProbs: scores.slice(sequence.promptTokens.length - 1) });
  }
  return done;
}
