import { must } from '../../core/errors.ts';
import type { Minibatch, TrainingSequence } from '../../learning/batches.ts';
import type { PolicyBatch } from '../../learning/learner.ts';
import { forEachTarget } from '../../learning/tensors.ts';
import { coldStartChunks } from '../config.ts';
import type { LearningSettings } from '../learning-schema.ts';
import { type ModelId, weightsName, weightsOf } from '../models.ts';
import { chunkLabel } from './imitating.ts';
import type { Rehearsal } from './learning.ts';

/**
 * Batches with the log-probabilities under the reference policy, the model as the cold start left it; as they
 * are where nothing is paid for leaving it. Throws an InvariantError if the run has had no cold start.
 */
export async function withReference(
  { config, log, learner }: Rehearsal,
  model: ModelId,
  batches: readonly PolicyBatch[],
  { klPenalty }: LearningSettings,
): Promise<readonly PolicyBatch[]> {
  if (klPenalty === 0) return batches;
  const label = chunkLabel(coldStartChunks(config) - 1);
  const weights = weightsOf(log, weightsName(label, model));
  const scores = await learner.score(weights, batches, config.rollout.temperature);
  return batches.map((batch, index) => ({
    ...batch,
    referenceLogProbs: must(scores[index], 'a score of every batch'),
  }));
}

/**
 * How far the policy that sampled has left the reference: the mean over the tokens of its samples of k₃ = e^d − 1 − d, d the
 * reference's log-probability less its own, which estimates KL(policy ‖ reference) on samples of the policy and of
 * nobody else (Schulman 2020, as in objective.ts). So demonstrations among the sequences are left out; null where nothing else
 * is there to be measured.
 */
export function divergence(
  minibatches: readonly Minibatch[],
  batches: readonly PolicyBatch[],
  samples: ReadonlySet<TrainingSequence>,
): number | null {
  let [sum, tokens] = [0, 0];
  for (const [index, { sequences, length }] of minibatches.entries()) {
    const { referenceLogProbs, oldLogProbs } = must(batches[index], 'a batch of every minibatch');
    if (referenceLogProbs === undefined) continue;
    for (const [row, sequence] of sequences.entries()) {
      if (!samples.has(sequence)) continue;
      const { count = 1 } = sequence;
      forEachTarget(sequence, row * length, (at) => {
        const d = (referenceLogProbs[at] ?? 0) - (oldLogProbs[at] ?? 0);
        sum += count * (Math.exp(d) - 1 - d);
        tokens += count;
      });
    }
  }
  return tokens === 0 ? null : sum / tokens;
}
