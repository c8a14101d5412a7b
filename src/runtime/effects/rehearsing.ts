import type { TaskRef } from '../../../machines/rollout.machine.ts';
import { RandomStream } from '../../core/random.ts';
import { demonstrateDesign } from '../../designs/demonstrations.ts';
import { minibatches, sequenceLength, type TrainingSequence } from '../../learning/batches.ts';
import { forEachTarget, policyBatch } from '../../learning/tensors.ts';
import { renderCompletion, renderPrompt } from '../../policies/template.ts';
import type { Rehearsal } from './learning.ts';

/**
 * Demonstrated scripts to learn from beside a step's own samples: one for each of its tasks, drawn evenly from the
 * kit's, as if it had been sampled and had this advantage. It keeps every script of the library drawn now and
 * then for every kind of task until the designer has found out what it is worth there. (Ouyang et al. 2022, arXiv
 * 2203.02155, mix pretraining gradients in likewise.)
 */
export async function rehearsed(
  { config, kit, models, learner, tokenizer }: Rehearsal,
  step: number,
  tasks: readonly TaskRef[],
  advantage: number,
): Promise<TrainingSequence[]> {
  const random = new RandomStream(config.seed, 'rehearse', step);
  const sequences = tasks
    .map((task) => demonstrateDesign(task, kit.scripts, random))
    .map(({ prompt, completion }) => ({
      promptTokens: renderPrompt(prompt, tokenizer),
      tokens: renderCompletion(completion, tokenizer),
      advantage,
    }))
    .filter((sequence) => sequenceLength(sequence) <= config.model.context);
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
