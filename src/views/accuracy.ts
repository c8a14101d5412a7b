import { clusteredShare, type Estimate, pairedDifference } from '../core/interval.ts';
import { passAtK, passCounts } from '../core/pass-at-k.ts';
import { percent } from './estimate.ts';
import type { RunView } from './run-view.ts';

/** By how much held-out accuracy has changed from before reinforcement to after it, every task compared with itself. */
export interface Change {
  readonly families: { readonly [family: string]: Estimate };
  readonly overall: Estimate;
}

/** The change of a run whose last evaluation of held-out tasks is over; null of any other. */
export function changeOf({ families, scores }: RunView): Change | null {
  const { before = [], after = [] } = scores;
  if (families.length === 0 || after.length < families.length) return null;
  const changes = families.map((family, task) => ({
    family,
    change: (after[task] ?? 0) - (before[task] ?? 0),
  }));
  const over = (members: typeof changes) => pairedDifference(members.map(({ change }) => change));
  const byFamily = [...Map.groupBy(changes, ({ family }) => family)];
  return {
    families: Object.fromEntries(byFamily.map(([family, members]) => [family, over(members)])),
    overall: over(changes),
  };
}

/** pass@k of one evaluation by k, with intervals over tasks. */
export interface PassRates {
  readonly [k: number]: Estimate;
}

/** pass@k from how many of so many samples solved each task. */
export function passRates(solved: readonly number[], samples: number): PassRates {
  return Object.fromEntries(
    passCounts(samples).map((k) => {
      const tasks = solved.map((count) => passAtK(samples, count, k));
      return [k, clusteredShare(tasks, samples / k)];
    }),
  );
}

/** The same of a run's evaluations before and after reinforcement; null where each task has one sample. */
export function passRatesOf({ solved, plan }: RunView): { readonly [key: string]: PassRates } | null {
  const keys = ['before', 'after', 'harder'].filter((key) => key in solved);
  if (keys.length === 0) return null;
  const { samples } = plan.evaluation;
  return Object.fromEntries(keys.map((key) => [key, passRates(solved[key] ?? [], samples)]));
}

/** The same for people, a line for each evaluation. */
export function passLines(view: RunView): string[] {
  const rates = Object.entries(passRatesOf(view) ?? {});
  const longest = Math.max(0, ...rates.map(([key]) => key.length));
  return rates.map(([key, byK]) => `  ${key.padEnd(longest)}  ${passText(byK)}`);
}

/** `pass@1 50.0 % (45–55)  pass@2 61.2 % (56–66)`. */
export function passText(rates: PassRates): string {
  return Object.entries(rates)
    .map(([k, rate]) => `pass@${k} ${percent(rate)}`)
    .join('  ');
}
