import type { ChartGuard, ChartTransition, Predicate } from '../../machines/chart.ts';

/** Distinct conditions in one list of transitions beyond which all combinations are taken as possible. */
const MAX_ATOMS = 10;

/**
 * Which transitions of a list can ever be taken, each only if none before it is, and whether there is a case
 * in which none of them is. Every distinct condition may come out either way, whatever the others do;
 * connectives (`not`, `all`, `any`) are worked out. An event's origin is taken as the one that is asked for.
 */
export function liveness(transitions: readonly ChartTransition[]): {
  readonly live: readonly boolean[];
  readonly exhaustive: boolean;
} {
  const atoms = new Set<string>();
  for (const { guard } of transitions) if (guard !== undefined) evaluate(guard, (atom) => !atoms.add(atom));
  const names = [...atoms];
  if (names.length > MAX_ATOMS) {
    const end = transitions.findIndex(({ guard }) => guard === undefined);
    return { live: transitions.map((_, index) => end < 0 || index <= end), exhaustive: end >= 0 };
  }
  const live = transitions.map(() => false);
  let exhaustive = true;
  for (let world = 0; world < 2 ** names.length; world++) {
    const truth = (atom: string) => ((world >> names.indexOf(atom)) & 1) === 1;
    const taken = transitions.findIndex(({ guard }) => guard === undefined || evaluate(guard, truth));
    if (taken < 0) exhaustive = false;
    else live[taken] = true;
  }
  return { live, exhaustive };
}

/** A guard's truth from that of its atoms; every atom is asked for, whatever the others say. */
function evaluate(guard: ChartGuard, truth: (atom: string) => boolean): boolean {
  if (guard.type === 'from') return true;
  if (guard.type === 'holds') return predicateTruth(guard.params.predicate, truth);
  return truth(JSON.stringify(guard));
}

function predicateTruth(predicate: Predicate, truth: (atom: string) => boolean): boolean {
  switch (predicate.test) {
    case 'not':
      return !predicateTruth(predicate.of, truth);
    case 'all':
      return predicate.of.map((each) => predicateTruth(each, truth)).every(Boolean);
    case 'any':
      return predicate.of.map((each) => predicateTruth(each, truth)).some(Boolean);
    default:
      return truth(JSON.stringify(predicate));
  }
}
