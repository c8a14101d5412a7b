import { meanInterval } from '../../../src/core/interval.ts';
import { average } from '../../../src/credit/advantage.ts';
import type { Span, Table } from '../arm.ts';
import type { Entry } from '../jobs/ledger.ts';
import { following } from './follows.ts';

/** A mean over seeds, and half its 95 % t-interval; null where there are fewer than two, or all agree. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth: number | null;
  readonly seeds: number;
}

export type Split = 'heldOut' | 'harder';

export interface ArmSummary {
  readonly arm: string;
  readonly seeds: readonly number[];
  readonly stale: boolean;
  /** Accuracy by family, and the mean over families, each family with the same weight. */
  readonly families: { readonly [family: string]: { readonly [split in Split]: Estimate | null } };
  readonly overall: { readonly [split in Split]: Estimate | null };
  readonly testCalls: number;
  readonly policyCalls: number;
  readonly seconds: number;
  /** Mean over seeds of each training step's reward. */
  readonly curve: readonly number[];
}

/** An arm's results less another's, of the same seeds. */
export interface Difference {
  readonly arm: string;
  readonly against: string;
  readonly heldOut: Estimate;
  readonly harder: Estimate | null;
}

/** Share of the way from its span's low end to the high one that an arm has gone, seed by seed. */
export interface Closure {
  readonly arm: string;
  readonly low: string;
  readonly high: string;
  readonly share: Estimate;
}

/** How often an arm's designer wrote what is best for the kind of task, above what chance gives. */
export interface Follower {
  readonly arm: string;
  /** Whose executor says which design is best. */
  readonly oracle: string;
  readonly agreement: Estimate;
  readonly chance: Estimate;
  readonly margin: Estimate;
}

export interface TableSummary {
  readonly families: readonly string[];
  readonly arms: readonly ArmSummary[];
  readonly differences: readonly Difference[];
  readonly closures: readonly Closure[];
  readonly followers: readonly Follower[];
}

/** Means, intervals and paired differences of a table's results. Pure. */
export function summarise(
  entries: readonly Entry[],
  order: readonly string[],
  { comparisons, spans = [everything(order)] }: Pick<Table, 'comparisons' | 'spans'>,
): TableSummary {
  const byArm = new Map(order.map((arm) => [arm, entries.filter((entry) => entry.arm === arm)]));
  const of = (arm: string) => byArm.get(arm) ?? [];
  const families = [...new Set(entries.flatMap((entry) => Object.keys(entry.families)))].sort();
  return {
    families,
    arms: order.filter((arm) => of(arm).length > 0).map((arm) => armSummary(arm, of(arm), families)),
    differences: comparisons.flatMap(({ arm, against }) =>
      against.flatMap((other) => difference(arm, of(arm), other, of(other))),
    ),
    closures: spans.flatMap(({ low, high, arms }) =>
      arms.flatMap((arm) => closure(of(arm), of(low), of(high)).map((share) => ({ arm, low, high, share }))),
    ),
    followers: spans.flatMap(({ low, high, arms }) =>
      [low, ...arms].flatMap((arm) => follower(arm, of(arm), high, of(high))),
    ),
  };
}

function everything(order: readonly string[]): Span {
  const [low, high] = ['sft', 'oracle'];
  return { low, high, arms: order.filter((arm) => arm !== low && arm !== high) };
}

/** Accuracy over families, each with the same weight; null where it was not measured. */
export function overall({ families }: Pick<Entry, 'families'>, split: Split): number | null {
  const values = Object.values(families).map((family) => family[split]);
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : average(known);
}

function armSummary(arm: string, entries: readonly Entry[], families: readonly string[]): ArmSummary {
  const split = (values: readonly (number | null | undefined)[]) =>
    estimate(values.filter((value) => value !== null && value !== undefined));
  const both = (value: (entry: Entry, split: Split) => number | null | undefined) => ({
    heldOut: split(entries.map((entry) => value(entry, 'heldOut'))),
    harder: split(entries.map((entry) => value(entry, 'harder'))),
  });
  const longest = Math.max(0, ...entries.map(({ curve }) => curve.length));
  return {
    arm,
    seeds: entries.map(({ seed }) => seed).sort((a, b) => a - b),
    stale: entries.some(({ stale }) => stale === true),
    families: Object.fromEntries(
      families.map((family) => [family, both((entry, part) => entry.families[family]?.[part])]),
    ),
    overall: both(overall),
    testCalls: average(
      entries.map((entry) => average(Object.values(entry.families).map(({ testCalls }) => testCalls))),
    ),
    policyCalls: average(entries.map(({ policyCalls }) => policyCalls)),
    seconds: average(entries.map(({ seconds }) => seconds)),
    curve: Array.from({ length: longest }, (_, step) =>
      average(entries.flatMap(({ curve }) => curve.slice(step, step + 1))),
    ),
  };
}

function difference(
  arm: string,
  entries: readonly Entry[],
  against: string,
  others: readonly Entry[],
): Difference[] {
  const paired = (split: Split) =>
    entries.flatMap((entry) => {
      const other = others.find(({ seed }) => seed === entry.seed);
      const [a, b] = [overall(entry, split), other === undefined ? null : overall(other, split)];
      return a === null || b === null ? [] : [a - b];
    });
  const heldOut = estimate(paired('heldOut'));
  return heldOut === null ? [] : [{ arm, against, heldOut, harder: estimate(paired('harder')) }];
}

function closure(entries: readonly Entry[], low: readonly Entry[], high: readonly Entry[]): Estimate[] {
  const shares = entries.flatMap((entry) => {
    const at = (list: readonly Entry[]) => {
      const found = list.find(({ seed }) => seed === entry.seed);
      return found === undefined ? null : overall(found, 'heldOut');
    };
    const [own, from, to] = [overall(entry, 'heldOut'), at(low), at(high)];
    return own === null || from === null || to === null || to <= from ? [] : [(own - from) / (to - from)];
  });
  const share = estimate(shares);
  return share === null ? [] : [share];
}

function follower(
  arm: string,
  entries: readonly Entry[],
  oracle: string,
  oracles: readonly Entry[],
): Follower[] {
  const seen = entries.flatMap(({ seed, mix }) => {
    const best = oracles.find((each) => each.seed === seed)?.best;
    const found = mix === undefined || best === undefined ? null : following(mix, best);
    return found === null ? [] : [found];
  });
  const agreement = estimate(seen.map((each) => each.agreement));
  const chance = estimate(seen.map((each) => each.chance));
  const margin = estimate(seen.map((each) => each.agreement - each.chance));
  return agreement === null || chance === null || margin === null
    ? []
    : [{ arm, oracle, agreement, chance, margin }];
}

function estimate(values: readonly number[]): Estimate | null {
  return values.length === 0
    ? null
    : { mean: average(values), halfWidth: meanInterval(values)?.halfWidth ?? null, seeds: values.length };
}
