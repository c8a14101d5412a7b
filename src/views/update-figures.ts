import type { LearnedEvent, PlanView } from './session-events.ts';

/** What a role's updates in a step came to, means over them; null where there was nothing to measure. */
export interface UpdateFigures {
  /** Minibatches that the weights were updated with, and the calls that were learned from. */
  updates: number | null;
  sequences: number | null;
  loss: number | null;
  /**
   * Mean entropy of the distributions that the role sampled from, nats per token: of all its samples, and in older runs
   * of those that were learned from.
   */
  entropy: number | null;
  /** Mean divergence of the policy that sampled from the cold start's, nats per token, where leaving it has its price. */
  kl: number | null;
  /** Mean KL estimate (nats per token) of the frozen role against the weights that sampled it. */
  drift: number | null;
  /** Share of tokens whose importance ratio was clipped, 0 … 1. */
  clipFraction: number | null;
  /** L2 norm of the gradient before it was cut down to the largest allowed. */
  gradientNorm: number | null;
  /** Largest |ratio − 1| before the first update: 0 but for rounding where the weights that sampled are updated. */
  ratioError: number | null;
}

export const UNMEASURED: UpdateFigures = {
  updates: null,
  sequences: null,
  loss: null,
  entropy: null,
  kl: null,
  drift: null,
  clipFraction: null,
  gradientNorm: null,
  ratioError: null,
};

/**
 * The figures of a `learned` event that mean something in the run's schedule. Older runs recorded 0 for what was not
 * measured: for figures of an update where there was none, and for the drift of a frozen role that did not exist.
 */
export function measured(learned: LearnedEvent, plan: PlanView): UpdateFigures {
  const { updates, sequences, drift, loss, entropy, kl, clipFraction, gradientNorm, ratioError } = learned;
  const figures = updates === 0 ? {} : { loss, entropy, kl, clipFraction, gradientNorm, ratioError };
  return { ...UNMEASURED, updates, sequences, ...figures, drift: hasFrozenRole(plan) ? drift : null };
}

/** Whether updates of one role move another that does not learn in the same step: both have one model, and both sample. */
function hasFrozenRole({ schedule, policies, design }: PlanView): boolean {
  return schedule !== 'coupled' && policies === 'shared' && design === undefined;
}

/** The figures of an update in a line, those that were measured: `entropy 0.079, loss 0.052, …`. */
export function figuresText(figures: UpdateFigures): string {
  const { updates, sequences, loss, entropy, kl, drift, clipFraction, gradientNorm, ratioError } = figures;
  return [
    updates === null ? '' : `${updates} ${updates === 1 ? 'update' : 'updates'}`,
    sequences === null ? '' : `${sequences} ${sequences === 1 ? 'call' : 'calls'}`,
    entropy === null ? '' : `entropy ${entropy.toFixed(3)}`,
    loss === null ? '' : `loss ${loss.toFixed(3)}`,
    clipFraction === null ? '' : `clipped ${(100 * clipFraction).toFixed(1)} %`,
    gradientNorm === null ? '' : `gradient norm ${gradientNorm.toFixed(3)}`,
    ratioError === null ? '' : `ratio error ${ratioError.toExponential(1)}`,
    drift === null ? '' : `KL frozen ${drift.toExponential(1)}`,
    kl === null ? '' : `KL cold start ${kl.toExponential(1)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
