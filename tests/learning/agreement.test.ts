import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { minibatches, type TrainingSequence } from '../../src/learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS, initialState, Learner } from '../../src/learning/learner.ts';
import { forEachTarget, policyBatch } from '../../src/learning/tensors.ts';
import { EmbeddedPolicy } from '../../src/policies/embedded-policy.ts';
import { CONFIG, requests, tokenizer, WEIGHTS } from '../policies/small-policy.ts';

/** Sampled by the policy that plays, as in a run. */
let sampled: TrainingSequence[];
const learner = new Learner(CONFIG, { shards: 2 });
beforeAll(async () => {
  const policy = new EmbeddedPolicy({
    config: CONFIG,
    tokenizer,
    seed: 7,
    workers: 2,
    models: { designer: 'shared', executor: 'shared' },
  });
  try {
    await policy.load('shared', WEIGHTS);
    const asked = requests(240, 5).map((request, index) => ({
      ...request,
      sampler: { temperature: 0.9, maxTokens: 4 + (index % 80) },
    }));
    const completions = await Promise.all(asked.map((request) => policy.complete(request)));
    sampled = completions.map((completion, index) => ({
      ...completion,
      advantage: index % 2 === 0 ? 1 : -1,
    }));
  } finally {
    await policy.close();
  }
});
afterAll(() => learner.close());

describe('log-probabilities of fresh sequences', () => {
  it('are the same in rollout and training: to 1e-5 in the mean and 1e-3 at most', async () => {
    const batches = minibatches(sampled, { batchTokens: 1536 }, new RandomStream(1, 'batches'));
    expect(batches.length).toBeGreaterThan(3);
    const differences: number[] = [];
    for (const batch of batches) {
      const scores = await learner.score(WEIGHTS, policyBatch(batch), 0.9);
      batch.sequences.forEach((sequence, row) => {
        forEachTarget(sequence, row * batch.length, (at, token) => {
          differences.push(Math.abs((scores[at] ?? Number.NaN) - (sequence.logProbs?.[token] ?? Number.NaN)));
        });
      });
    }
    expect(differences.length).toBeGreaterThan(2000);
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
    expect(mean).toBeLessThan(1e-5);
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });

  it('make importance ratios of 1 within 1e-3 in the first update', async () => {
    const [batch = expect.fail()] = minibatches(
      sampled,
      { batchTokens: 1536 },
      new RandomStream(2, 'batches'),
    );
    const hyper = { ...DEFAULT_HYPER_PARAMETERS, temperature: 0.9 };
    const { stats } = await learner.step(initialState(WEIGHTS), policyBatch(batch), hyper);
    expect(stats.drift).toBeLessThan(1e-3);
    expect(stats.clipFraction).toBe(0);
  });
});
