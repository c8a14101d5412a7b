import jStat from 'jstat';

/**
 * All intervals are computed here: two-sided, at 95 %. Which one is right follows from what the values are: means
 * of anything, shares of tasks that were solved, or differences of two scores of the same task.
 */
export interface Estimate {
  readonly mean: number;
  /** The limits of the interval. */
  readonly low: number;
  readonly high: number;
  /** How far the farther limit is from the mean. */
  readonly halfWidth: number;
}

const UPPER = 0.975;
const Z = jStat.normal.inv(UPPER, 0, 1);
/** What is left of the spread of equal values once they were added and divided. */
const ROUNDING = 1e-12;

/** Student's t at 97.5 % for so many degrees of freedom. */
export function tQuantile(freedom: number): number {
  // Beyond that the two agree in six digits, and jStat's series no longer converges.
  return freedom > 1e6 ? Z : jStat.studentt.inv(UPPER, freedom);
}

/** Whether the interval is on one side of 0. */
export function isSignificant({ low, high }: Pick<Estimate, 'low' | 'high'>): boolean {
  return low > 0 || high < 0;
}

/**
 * The mean of values of any size, with its t-interval. Null where variance says nothing: of fewer than two values, and of
 * values that all agree.
 */
export function meanInterval(values: readonly number[]): Estimate | null {
  const half = tHalfWidth(values);
  return half === null ? null : around(meanOf(values), half, [Number.NEGATIVE_INFINITY, Infinity]);
}

/** A share with Wilson's score interval (1927), which lies in [0, 1] and has a width at 0 and 1, too. */
export function shareInterval(count: number, of: number): Estimate {
  return wilson(of === 0 ? 0 : count / of, of);
}

/** Of no samples nothing is known: it may be anything. */
function wilson(mean: number, samples: number): Estimate {
  if (samples === 0) return estimate(mean, 0, 1);
  const shrink = 1 + Z ** 2 / samples;
  const middle = (mean + Z ** 2 / (2 * samples)) / shrink;
  const half = (Z / shrink) * Math.sqrt((mean * (1 - mean)) / samples + (Z / (2 * samples)) ** 2);
  // Rounding must not put the share outside of its interval.
  const [low, high] = [Math.min(mean, middle - half), Math.max(mean, middle + half)];
  return estimate(mean, Math.max(0, low), Math.min(1, high));
}

/**
 * The mean score of tasks, each the mean of so many samples between 0 and 1: Wilson's interval for as many independent
 * samples as tell as much. Samples of one task are alike, and how much so is seen from how far tasks differ
 * (Korn and Graubard 1998, with their correction for few tasks); there are as many as tasks at least, as samples at most.
 */
export function clusteredShare(scores: readonly number[], samples = 1): Estimate {
  const tasks = scores.length;
  const mean = meanOf(scores);
  const size = Math.max(tasks, Math.min(tasks * samples, independentSamples(scores, samples)));
  return wilson(mean, size);
}

/** As many independent samples as would leave the mean score of tasks with the variance that it has. */
function independentSamples(scores: readonly number[], samples: number): number {
  const tasks = scores.length;
  const spread = tasks < 2 ? 0 : variance(scores);
  if (samples <= 1 || spread < ROUNDING) return tasks;
  const mean = meanOf(scores);
  const few = tQuantile(tasks * samples - 1) / tQuantile(tasks - 1);
  return (mean * (1 - mean) * tasks * few ** 2) / spread;
}

/**
 * The mean over tasks of differences between scores of the same task, each difference within ±`most`: the paired
 * t-interval. Where all differences agree, their variance says nothing; what bounds it then is the share of tasks that
 * may differ otherwise without having been seen: Wilson's upper limit of none, times what one of them can make.
 */
export function pairedDifference(differences: readonly number[], most = 1): Estimate {
  const mean = meanOf(differences);
  const unseen = shareInterval(0, differences.length).high;
  const limit = Math.max(most, ...differences.map(Math.abs));
  return around(mean, tHalfWidth(differences) ?? unseen * (limit + Math.abs(mean)), [-limit, limit]);
}

function around(mean: number, half: number, [least, most]: readonly [number, number]): Estimate {
  return estimate(mean, Math.max(least, mean - half), Math.min(most, mean + half));
}

function estimate(mean: number, low: number, high: number): Estimate {
  return { mean, low, high, halfWidth: Math.max(mean - low, high - mean) };
}

function tHalfWidth(values: readonly number[]): number | null {
  const { length } = values;
  if (length < 2) return null;
  const spread = variance(values);
  return spread < ROUNDING ? null : tQuantile(length - 1) * Math.sqrt(spread / length);
}

function variance(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
