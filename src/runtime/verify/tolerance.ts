import type { StoredEvent } from '../../../store/event-log.ts';
import type { JsonObject } from '../../core/json.ts';
import { type RecordedCall, recordedCall } from '../../policies/recorded-call.ts';
import {
  type Compare,
  compareExactly,
  type Difference,
  type ExecutedEvent,
  firstDifference,
} from './divergence.ts';

/** The largest differences that a verification within a tolerance has seen. */
export interface Differences {
  /** Between recorded and computed log-probabilities of sampled tokens under the recorded weights, nats. */
  readonly logProb: number;
  /** The same under weights that were trained again and came out otherwise. */
  readonly trainedLogProb: number;
  /** Between figures of training: relative, and absolute for small ones. */
  readonly figure: number;
  /** Between single weights of a kept version and of the one that was trained again. */
  readonly weight: number;
}

export const NO_DIFFERENCES: Differences = { logProb: 0, trainedLogProb: 0, figure: 0, weight: 0 };

/**
 * How far values may be apart once other arithmetic has trained other weights: log-probabilities in nats, figures
 * relative. Training multiplies the smallest difference: on the quick preset 1e-7 in the first gradient came to 0.3
 * in weights, 0.3 in figures, and 0.16 nats within two steps.
 */
const TRAINED = { logProb: 1, figure: 0.5 } as const;

/** How far values may be apart; of weights that are trained again it is said, but no limit is set. */
export type Limits = Omit<Differences, 'weight'>;

/** The limits that follow from a tolerance. Figures have the wider one once a training came to other weights. */
export function limitsOf(tolerance: number): Limits {
  return {
    logProb: tolerance,
    trainedLogProb: Math.max(tolerance, TRAINED.logProb),
    figure: Math.max(tolerance, TRAINED.figure),
  };
}

/**
 * Members of `imitated` and `learned` events that arithmetic may move, with the size below which differences are
 * absolute. Shares of tokens jump, and the ratio error is nothing but rounding: these are absolute throughout.
 */
const FIGURES: Readonly<Record<string, number>> = {
  loss: 0.01,
  gradientNorm: 0.01,
  entropy: 0.01,
  drift: 0.01,
  kl: 0.01,
  clipFraction: 1,
  ratioError: 1,
};

/**
 * Compares events within a tolerance: log-probabilities and figures of training may be apart by so much, names of
 * policy versions (they are hashes of weights) only have to stand for each other throughout, moments are not compared, and everything
 * else has to be the same. Where the weights in play are not those of the recording, since they were trained again
 * and the run does not keep them, wider limits hold.
 */
export class Tolerance {
  readonly #limit: number;
  readonly #limits: Limits;
  #largest: Differences;
  /** Recorded versions by those that play in their place. */
  readonly #versions = new Map<string, string>();

  /** @param seen the differences that an earlier attempt saw */
  constructor(limit: number, seen: Differences = NO_DIFFERENCES) {
    this.#limit = limit;
    this.#limits = limitsOf(limit);
    this.#largest = seen;
  }

  get largest(): Differences {
    return this.#largest;
  }

  readonly compare: Compare = (recorded, executed) => {
    const { type, data } = executed;
    if (recorded.type !== type) return compareExactly(recorded, executed);
    if (type === 'called') return this.#call(recorded, executed);
    if (type === 'imitated' || type === 'learned') return this.#training(recorded, data);
    return compareExactly(recorded, executed);
  };

  /** Notes how far a weight is from the recorded one. */
  seeWeight(gap: number): void {
    this.#see('weight', gap);
  }

  #call(recorded: StoredEvent, executed: ExecutedEvent): Difference | null {
    const [was, is] = [recordedCall(recorded), callOf(executed)];
    const difference = firstDifference(rigidCall(was), rigidCall(is));
    if (difference !== null) return difference;
    const stood = this.#stoodFor(is.version, was.version);
    if (stood !== was.version) {
      return { field: 'version', recorded: was.version, executed: `${stood}, as before` };
    }
    const gap = logProbGap(was, is);
    const same = is.version === was.version;
    this.#see(same ? 'logProb' : 'trainedLogProb', gap);
    if (gap <= (same ? this.#limits.logProb : this.#limits.trainedLogProb)) return null;
    return { field: 'logProbs', ...widest(was.logProbs, is.logProbs) };
  }

  #training(recorded: StoredEvent, data: JsonObject): Difference | null {
    const rigid = (all: JsonObject) =>
      Object.fromEntries(
        Object.entries(all).filter(
          ([name]) => name !== 'version' && name !== 'moments' && !(name in FIGURES),
        ),
      );
    const difference = firstDifference(rigid(recorded.data), rigid(data));
    if (difference !== null) return difference;
    const same = recorded.data.version === data.version;
    const limit = same ? this.#limit : this.#limits.figure;
    // The version that is kept plays in the place of the one that was trained.
    this.#stoodFor(data.version, recorded.data.version);
    this.#stoodFor(recorded.data.version, recorded.data.version);
    for (const [field, size] of Object.entries(FIGURES)) {
      const [was, is] = [recorded.data[field], data[field]];
      if (was === undefined && is === undefined) continue;
      const gap = figureGap(was, is, size);
      this.#see('figure', gap);
      if (!(gap <= limit)) return { field, recorded: String(was), executed: String(is) };
    }
    return null;
  }

  /** The recorded version that one stands for; it stays what it was the first time. */
  #stoodFor(version: unknown, recorded: unknown): string {
    const stood = this.#versions.get(String(version)) ?? String(recorded);
    this.#versions.set(String(version), stood);
    return stood;
  }

  #see(which: keyof Differences, gap: number): void {
    if (gap > this.#largest[which]) this.#largest = { ...this.#largest, [which]: gap };
  }
}

/**
 * How far two figures are apart, relative to the larger one; where both are smaller than `size`, relative to
 * that. Infinite if one is no number.
 */
export function figureGap(a: unknown, b: unknown, size = 1): number {
  if (typeof a !== 'number' || typeof b !== 'number') return Number.POSITIVE_INFINITY;
  return Math.abs(a - b) / Math.max(size, Math.abs(a), Math.abs(b));
}

/**
 * The largest difference, in nats, between the log-probabilities of two calls, over the tokens that they begin with
 * in common; infinite where one of those is no number.
 */
export function logProbGap(a: RecordedCall, b: RecordedCall): number {
  let gap = 0;
  for (let index = 0; index < a.tokens.length && a.tokens[index] === b.tokens[index]; index++) {
    const here = Math.abs((a.logProbs[index] ?? Number.NaN) - (b.logProbs[index] ?? Number.NaN));
    gap = Math.max(gap, Number.isNaN(here) ? Number.POSITIVE_INFINITY : here);
  }
  return gap;
}

/** The completion of a `called` event that an execution came to. */
export function callOf({ data, bytes }: ExecutedEvent): RecordedCall {
  return recordedCall(bytes === undefined ? { data } : { data, bytes });
}

/** What no arithmetic may move. */
function rigidCall({ logProbs: _, version: __, ...rest }: RecordedCall): JsonObject {
  return { ...rest };
}

function widest(was: readonly number[], is: readonly number[]) {
  let at = 0;
  for (let index = 0; index < was.length; index++) {
    const gap = Math.abs((was[index] ?? 0) - (is[index] ?? 0));
    if (!(gap <= Math.abs((was[at] ?? 0) - (is[at] ?? 0)))) at = index;
  }
  return { recorded: `${was[at]} (token ${at})`, executed: `${is[at]} (token ${at})` };
}
