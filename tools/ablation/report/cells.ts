import type { ArmSummary, Closure, Difference, Estimate, Follower, Split, TableSummary } from './summary.ts';

/** `61.2 ± 3.4`, in percent. */
export function percent(estimate: Estimate | null): string {
  if (estimate === null) return '';
  const { mean, halfWidth } = estimate;
  return halfWidth === null ? points(mean) : `${points(mean)} ± ${points(halfWidth)}`;
}

/** `+12.3 ± 4.5 *`: with a mark if the interval is on one side of 0. */
export function gain(estimate: Estimate | null): string {
  if (estimate === null) return '';
  const { mean, halfWidth } = estimate;
  const sure = halfWidth !== null && Math.abs(mean) > halfWidth ? ' *' : '';
  return `${mean < 0 ? '−' : '+'}${points(Math.abs(mean))}${halfWidth === null ? '' : ` ± ${points(halfWidth)}`}${sure}`;
}

/** Headings and rows of a table of accuracies: overall, then by family. */
export function accuracyTable({ families, arms }: TableSummary, split: Split): [string[], string[][]] {
  const measured = arms.filter(({ overall }) => overall[split] !== null);
  return [
    ['arm', 'seeds', 'mean', ...families, 'test calls', 'training calls', 'seconds'],
    measured.map((arm) => [
      nameOf(arm),
      String(arm.seeds.length),
      percent(arm.overall[split]),
      ...families.map((family) => percent(arm.families[family]?.[split] ?? null)),
      arm.testCalls === 0 ? '' : arm.testCalls.toFixed(2),
      String(Math.round(arm.policyCalls)),
      String(Math.round(arm.seconds)),
    ]),
  ];
}

export function differenceTable(differences: readonly Difference[]): [string[], string[][]] {
  return [
    ['arm', 'less', 'seeds', 'held-out, points', 'harder, points'],
    differences.map(({ arm, against, heldOut, harder }) => [
      arm,
      against,
      String(heldOut.seeds),
      gain(heldOut),
      gain(harder),
    ]),
  ];
}

export function closureTable(closures: readonly Closure[]): [string[], string[][]] {
  return [
    ['arm', 'from', 'to', 'seeds', 'gap closed, %'],
    closures.map(({ arm, low, high, share }) => [arm, low, high, String(share.seeds), percent(share)]),
  ];
}

export function followerTable(followers: readonly Follower[]): [string[], string[][]] {
  return [
    ['arm', 'by', 'seeds', 'best design, %', 'by chance, %', 'margin, points'],
    followers.map(({ arm, oracle, agreement, chance, margin }) => [
      arm,
      oracle,
      String(margin.seeds),
      percent(agreement),
      percent(chance),
      gain(margin),
    ]),
  ];
}

function nameOf({ arm, stale }: ArmSummary): string {
  return stale ? `${arm} (stale)` : arm;
}

function points(value: number): string {
  return (100 * value).toFixed(1);
}
