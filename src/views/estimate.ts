import { type Estimate, isSignificant } from '../core/interval.ts';

/** A share in per cent with its limits: `61.2 % (57–65)`. */
export function percent(share: Estimate): string {
  return `${(100 * share.mean).toFixed(1)} % (${limits(share)})`;
}

/** The limits of a share in per cent: `57–65`. */
export function limits({ low, high }: Pick<Estimate, 'low' | 'high'>): string {
  return `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}`;
}

/**
 * A difference in points: `+3.1 ± 2.0`; with both limits where one of them is as far as scores go: `+50.0 (−70.0 … +100.0)`;
 * alone where nothing differed that could have.
 */
export function points({ mean, low, high, halfWidth }: Estimate): string {
  if (halfWidth === 0) return signed(mean);
  const even = Math.abs(high - mean - (mean - low)) < 1e-9;
  return even
    ? `${signed(mean)} ± ${(100 * halfWidth).toFixed(1)}`
    : `${signed(mean)} (${signed(low)} … ${signed(high)})`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`;
}

/** What a difference may be called: a gain or a loss only where its interval excludes 0. */
export function verdict(change: Estimate): 'gain' | 'loss' | 'no clear change' {
  if (!isSignificant(change)) return 'no clear change';
  return change.mean > 0 ? 'gain' : 'loss';
}
