import { average } from '../../../src/credit/advantage.ts';
import type { Mix } from '../play/mix.ts';

/** How often a designer writes the design that is best for the kind of task. */
export interface Following {
  /** Share of its designs that are, 0 … 1; kinds of task (family and attribute) have equal weight. */
  readonly agreement: number;
  /** What that would be if it drew the same designs without a look at the task. */
  readonly chance: number;
}

/**
 * A designer's designs against the best shape of each kind of task; null where there is nothing to compare. Chance is
 * not one in six: a designer that writes one design throughout, and the best one for many kinds, gets no credit for that.
 */
export function following(mix: Mix, best: { readonly [cell: string]: string }): Following | null {
  const cells = Object.entries(mix).flatMap(([cell, counts]) => {
    const wanted = best[cell];
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return wanted === undefined || all === 0
      ? []
      : [{ wanted, share: (shape: string) => (counts[shape] ?? 0) / all }];
  });
  if (cells.length === 0) return null;
  const blind = (shape: string) => average(cells.map(({ share }) => share(shape)));
  return {
    agreement: average(cells.map(({ wanted, share }) => share(wanted))),
    chance: average(cells.map(({ wanted }) => blind(wanted))),
  };
}
