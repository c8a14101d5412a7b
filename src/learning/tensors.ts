import type { Minibatch, TrainingSequence } from './batches.ts';
import type { PolicyBatch, SupervisedBatch } from './learner.ts';

/** A minibatch as the supervised objective takes it: the mean cross entropy of the completions' tokens. */
export function supervisedBatch(minibatch: Minibatch): SupervisedBatch {
  const { weights, tokens, targets, rows, length } = layOut(minibatch);
  return { objective: 'supervised', rows, length, tokens, targets, weights };
}

/**
 * A minibatch as the clipped policy gradient takes it: every sampled token counts the same, with its
 * completion's advantage and the log-probability it was sampled with.
 */
export function policyBatch(minibatch: Minibatch): PolicyBatch {
  const { weights, tokens, targets, rows, length } = layOut(minibatch);
  const advantages = new Float32Array(rows * length);
  const oldLogProbs = new Float32Array(rows * length);
  minibatch.sequences.forEach((sequence, row) => {
    forEachTarget(sequence, row * length, (at, index) => {
      advantages[at] = sequence.advantage;
      oldLogProbs[at] = sequence.logProbs?.[index] ?? 0;
    });
  });
  return { objective: 'policy', rows, length, tokens, targets, weights, advantages, oldLogProbs };
}

/** Inputs, targets (the token after each input) and weights, `[rows, length]`, zero on prompts and padding. */
function layOut({ sequences, length }: Minibatch) {
  const rows = sequences.length;
  const tokens = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  const weights = new Float32Array(rows * length);
  const learned = sequences.reduce((sum, sequence) => sum + countOf(sequence) * sequence.tokens.length, 0);
  sequences.forEach((sequence, row) => {
    const start = row * length;
    const { promptTokens } = sequence;
    const all = [...Array.from(promptTokens), ...Array.from(sequence.tokens)];
    for (let t = 0; t + 1 < all.length; t++) {
      tokens[start + t] = all[t] ?? 0;
      targets[start + t] = all[t + 1] ?? 0;
    }
    forEachTarget(sequence, start, (at) => {
      weights[at] = countOf(sequence) / learned;
    });
  });
  return { rows, length, tokens, targets, weights };
}

function countOf({ count = 1 }: TrainingSequence): number {
  return count;
}

/** Visits the positions that predict the completion's tokens, with the token's index in the completion. */
export function forEachTarget(
  sequence: TrainingSequence,
  start: number,
  visit: (at: number, index: number) => void,
): void {
  for (let index = 0; index < sequence.tokens.length; index++) {
    visit(start + sequence.promptTokens.length - 1 + index, index);
  }
}
