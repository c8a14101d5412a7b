import { must } from '../../core/errors.ts';
import type { PolicyBatch } from '../../learning/learner.ts';
import { coldStartChunks } from '../config.ts';
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
): Promise<readonly PolicyBatch[]> {
  if (config.learning.klPenalty === 0) return batches;
  const label = chunkLabel(coldStartChunks(config) - 1);
  const weights = weightsOf(log, weightsName(label, model));
  const scores = await learner.score(weights, batches, config.rollout.temperature);
  return batches.map((batch, index) => ({
    ...batch,
    referenceLogProbs: must(scores[index], 'a score of every batch'),
  }));
}
