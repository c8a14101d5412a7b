import { RandomStream } from '../../core/random.ts';
import { minibatches, type TrainingSequence } from '../../learning/batches.ts';
import { forEachTarget, policyBatch } from '../../learning/tensors.ts';
import { renderCompletion } from '../../policies/template.ts';
import type { Rehearsal } from './learning.ts';

/**
 * Demonstrated scripts to learn from beside a step's own samples: one for each designer's prompt in it, drawn evenly from
 * the kit's, as if it had been sampled and had this advantage. It keeps every script of the library drawn now and
 * then for every kind of task until the designer has found out what it is worth there. (Ouyang et al. 2022, arXiv
 * 2203.02155, mix pretraining gradients in likewise.)
 */
export async function rehearsed(
  { config, kit, models, learner, tokenizer }: Rehearsal,
  step: number,
  prompts: readonly TrainingSequence['promptTokens'][],
  advantage: number,
): Promise<TrainingSequence[]> {
  const random = new RandomStream(config.seed, 'rehearse', step);
  const sequences = prompts.map((promptTokens) => ({
    promptTokens,
    tokens: renderCompletion(random.pick(kit.scripts), tokenizer),
    advantage,
  }));
  const { batchTokens } = config.learning;
  const batches = minibatches(sequences, { batchTokens }, new RandomStream(config.seed, 'drift'));
  const scores = await learner.score(
    models.weights(models.modelOf('designer')),
    batches.map(policyBatch),
    config.rollout.temperature,
  );
  return batches.flatMap((batch, index) =>
    batch.sequences.map((sequence, row) => {
      const logProbs: number[] = [];
      forEachTarget(sequence, row * batch.length, (at) => logProbs.push(scores[index]?.[at] ?? 0));
      return { ...sequence, logProbs };
    }),
  );
}
