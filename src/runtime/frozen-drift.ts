import { RandomStream } from '../core/random.ts';
import { minibatches } from '../learning/batches.ts';
import { forEachTarget, policyBatch } from '../learning/tensors.ts';
import type { Role } from '../policies/prompt.ts';
import type { Rehearsal } from './effects/learning.ts';
import type { LoggedSequence } from './effects/samples.ts';

/** Sequences of the frozen role that the drift is measured on, at most. */
const SAMPLE = 64;

/**
 * How far an update of one role moved the other, which is frozen: the KL divergence from the weights that
 * sampled this step to the new ones, in nats per token, on the frozen role's own samples, by the estimator
 * exp(d) − 1 − d with d = log new − log old (Schulman, "Approximating KL divergence"). Null where nothing is
 * measured: each role has its own model, or the frozen one sampled nothing.
 */
export async function frozenDrift(
  { config, models, learner }: Rehearsal,
  role: Role,
  calls: readonly LoggedSequence[],
): Promise<number | null> {
  if (config.policies === 'per-role') return null;
  const frozen = [...calls].filter((call) => call.role !== role && call.sequence.tokens.length > 0);
  const stride = Math.max(1, Math.floor(frozen.length / SAMPLE));
  const sample = frozen.filter((_, index) => index % stride === 0).slice(0, SAMPLE);
  if (sample.length === 0) return null;
  const batches = minibatches(
    sample.map(({ sequence }) => sequence),
    { batchTokens: config.learning.batchTokens },
    new RandomStream(config.seed, 'drift'),
  );
  const inputs = batches.map(policyBatch);
  const scores = await learner.score(models.weights('shared'), inputs, config.rollout.temperature);
  let sum = 0;
  let tokens = 0;
  batches.forEach((batch, index) => {
    const fresh = scores[index];
    batch.sequences.forEach((sequence, row) => {
      forEachTarget(sequence, row * batch.length, (at, token) => {
        const d = (fresh?.[at] ?? 0) - (sequence.logProbs?.[token] ?? 0);
        sum += Math.exp(d) - 1 - d;
        tokens++;
      });
    });
  });
  return sum / Math.max(1, tokens);
}
