import { average } from '../credit/advantage.ts';
import { halfWidth } from '../credit/interval.ts';

/** A mean over tasks with half the width of its 95 % t-interval; null where there is one task or none. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number | null;
}

export function estimate(values: readonly number[]): Estimate {
  return { mean: average(values), halfWidth: halfWidth(values) };
}

/** A share in per cent: `61.2 % ± 3.9`. */
export function percent({ mean, halfWidth: half }: Estimate): string {
  return `${(100 * mean).toFixed(1)} %${half === null ? '' : ` ± ${(100 * half).toFixed(1)}`}`;
}

/** A difference in points: `+3.1 ± 2.0`. */
export function points({ mean, halfWidth: half }: Estimate): string {
  const sign = mean < 0 ? '−' : '+';
  return `${sign}${Math.abs(100 * mean).toFixed(1)}${half === null ? '' : ` ± ${(100 * half).toFixed(1)}`}`;
}
