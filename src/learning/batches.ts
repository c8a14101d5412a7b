import { must } from '../core/errors.ts';
import type { RandomStream } from '../core/random.ts';

/** One sequence to learn from: a prompt and a completion, token by token. */
export interface TrainingSequence {
  readonly promptTokens: ArrayLike<number>;
  readonly tokens: ArrayLike<number>;
  /** Log-probabilities under the weights that sampled the completion; none when it is a demonstration. */
  readonly logProbs?: ArrayLike<number>;
  /** Advantage of the completion; 1 for a demonstration. */
  readonly advantage: number;
  /** How many equal samples it stands for; 1 if left out. */
  readonly count?: number;
}

/** Sequences that are trained on together, shortest first, with the positions that all are padded to. */
export interface Minibatch {
  readonly sequences: readonly TrainingSequence[];
  readonly length: number;
}

export interface BatchPlan {
  /** Token positions of a minibatch, padding included. */
  readonly batchTokens: number;
}

export function sequenceLength(sequence: TrainingSequence): number {
  return sequence.promptTokens.length + sequence.tokens.length;
}

/** Positions that a sequence takes: one for each token that another follows. At least one. */
export function positionCount(sequence: TrainingSequence): number {
  return Math.max(1, sequenceLength(sequence) - 1);
}

/**
 * Cuts sequences into minibatches of about `batchTokens` positions each: sorted by length, so that little is
 * padding, then put in random order, so that no update sees short ones first. Every sequence is used once.
 */
export function minibatches(
  sequences: readonly TrainingSequence[],
  plan: BatchPlan,
  random: RandomStream,
): Minibatch[] {
  const sorted = sequences
    .map((sequence, index) => ({ sequence, index, length: positionCount(sequence) }))
    .sort((a, b) => a.length - b.length || a.index - b.index);
  const total = sorted.reduce((sum, { length }) => sum + length, 0);
  const parts = Math.max(1, Math.round(total / plan.batchTokens));
  const batches: Minibatch[] = [];
  let start = 0;
  let used = 0;
  for (let part = 0; part < parts; part++) {
    let end = start;
    const quota = (total * (part + 1)) / parts;
    while (end < sorted.length && (used < quota - 1e-9 || part === parts - 1)) {
      used += sorted[end]?.length ?? 0;
      end++;
    }
    const rows = sorted.slice(start, end);
    start = end;
    if (rows.length === 0) continue;
    batches.push({
      sequences: rows.map(({ sequence }) => sequence),
      length: must(rows.at(-1), 'a row').length,
    });
  }
  return random.shuffle(batches);
}
