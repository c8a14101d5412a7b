import { RefusedError } from '../../core/errors.ts';
import { positionCount, type TrainingSequence } from '../../learning/batches.ts';
import type { LearnerState, StepStats } from '../../learning/learner.ts';
import type { LearnerThread } from '../../learning/learner-thread.ts';
import { policyBatch } from '../../learning/tensors.ts';

/** Sequences that new weights are tried with, at most. */
const TRIED = 8;

/**
 * Weights of this size are those of no policy. Two layers multiply them and a norm squares the product, and where that overflows
 * in 32 bits the norm makes a plain zero of it: log-probabilities that look sound here, and none where the policy samples.
 */
const LARGEST_WEIGHT = 1e6;

/** An update before it is stored. */
export interface NewUpdate {
  readonly state: LearnerState;
  readonly stats: readonly StepStats[];
  /** What it was learned from. */
  readonly sequences: readonly TrainingSequence[];
  readonly temperature: number;
}

/** How the update is named where it is refused, and what to do then, for a run of a name. */
export interface UpdateName {
  /** For example `the executor's update in step/0003`. */
  readonly what: string;
  readonly rate: number;
  readonly remedy: (run: string) => string;
}

/**
 * Refuses an update with which nothing can go on: one whose figures, weights or moments are not finite, or whose weights
 * give log-probabilities that are not, on some of the sequences that it was learned from, or are so large that they would
 * elsewhere. Rejects with a RefusedError; nothing was stored then.
 */
export async function checkUpdate(
  learner: LearnerThread,
  update: NewUpdate,
  name: UpdateName,
): Promise<void> {
  const unsound = whatIsNotFinite(update) ?? (await triedOut(learner, update)) ?? whatIsTooLarge(update);
  if (unsound === null) return;
  const norm = update.stats.at(-1)?.gradientNorm ?? 0;
  const { what, rate, remedy } = name;
  throw new RefusedError(
    'unsound-update',
    `${what} is not stored, since its ${unsound} (learning rate ${rate}, gradient norm ${shown(norm)})`,
    remedy,
  );
}

function whatIsNotFinite({ state, stats }: NewUpdate): string | null {
  if (!stats.every(({ loss }) => Number.isFinite(loss))) return 'loss is not finite';
  if (!stats.every(({ gradientNorm }) => Number.isFinite(gradientNorm))) return 'gradient norm is not finite';
  if (!allFinite(state.weights)) return 'weights are not finite';
  return allFinite(state.m) && allFinite(state.v) ? null : 'moments are not finite';
}

/** A forward pass with the new weights. */
async function triedOut(
  learner: LearnerThread,
  { state, sequences, temperature }: NewUpdate,
): Promise<string | null> {
  const stride = Math.max(1, Math.floor(sequences.length / TRIED));
  const tried = sequences.filter((_, index) => index % stride === 0).slice(0, TRIED);
  if (tried.length === 0) return null;
  const batch = policyBatch({ sequences: tried, length: Math.max(...tried.map(positionCount)) });
  const [scores] = await learner.score(state.weights, [batch], temperature);
  return scores !== undefined && allFinite(scores) ? null : 'log-probabilities are not finite';
}

function whatIsTooLarge({ state: { weights } }: NewUpdate): string | null {
  let largest = 0;
  for (const weight of weights) if (Math.abs(weight) > largest) largest = Math.abs(weight);
  return largest > LARGEST_WEIGHT
    ? `weights reach ${shown(largest)}, where log-probabilities overflow`
    : null;
}

function allFinite(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

function shown(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(3) : String(value);
}
