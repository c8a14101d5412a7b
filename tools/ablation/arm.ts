import { UserError } from '../../src/core/errors.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { changed, type RunConfig } from '../../src/runtime/config.ts';

/** How an arm comes to its result; names of other arms are those of the same table. */
export type Play =
  /**
   * Training from the cold start. `design` takes the designer's place: a script, or what another arm chose, be it one
   * design or one for each family. With `callsOf`, there are as many executions in a step as that arm's training calls pay for.
   */
  | { readonly kind: 'train'; readonly design?: string | { readonly of: string }; readonly callsOf?: string }
  /** A fixed design at the cold start: this one, or the best of the library's on training tasks, of all or of each family. */
  | { readonly kind: 'fixed'; readonly script?: string; readonly by?: 'all' | 'family' }
  /** Votes of single agents, by the executor of another arm and at its number of test calls. */
  | { readonly kind: 'consistency'; readonly of: string }
  /** The best of the library's designs for each task, by the executor of another arm. */
  | { readonly kind: 'oracle'; readonly of: string }
  /** Search over designs at the cold start, for as many calls as another arm trained with. */
  | { readonly kind: 'search'; readonly callsOf: string; readonly by: 'all' | 'family' };

/** One row of a table: what is changed of the preset's configuration, and what is done with it. */
export interface Arm {
  readonly name: string;
  /** By member; members of members are changed one by one. */
  readonly changes: JsonObject;
  readonly play: Play;
}

/** A paired comparison that a table is about: each arm's results less those of others, seed by seed. */
export interface Comparison {
  readonly arm: string;
  readonly against: readonly string[];
}

/** What arms are measured by: the cold start that they begin with, and the best designs' ceiling. */
export interface Span {
  readonly low: string;
  readonly high: string;
  readonly arms: readonly string[];
}

export interface Table {
  readonly letter: string;
  readonly title: string;
  /** Seeds that the report should have at least. */
  readonly seeds: number;
  arms(base: RunConfig): readonly Arm[];
  readonly comparisons: readonly Comparison[];
  /** Left out: all arms, from `sft` to `oracle`. */
  readonly spans?: readonly Span[];
}

/** Training with these changes. */
export function trained(name: string, changes: JsonObject = {}): Arm {
  return { name, changes, play: { kind: 'train' } };
}

/** The names of the arms whose results an arm needs. */
export function needsOf({ play }: Arm): string[] {
  switch (play.kind) {
    case 'train':
      return [
        ...(typeof play.design === 'object' ? [play.design.of] : []),
        ...(play.callsOf === undefined ? [] : [play.callsOf]),
      ];
    case 'fixed':
      return [];
    case 'consistency':
    case 'oracle':
      return [play.of];
    case 'search':
      return [play.callsOf];
  }
}

/** The configuration of an arm. Throws UserError for a change that no configuration can have. */
export function armConfig(base: RunConfig, changes: JsonObject): RunConfig {
  const plain: JsonObject = JSON.parse(JSON.stringify(base));
  return changed(base, merged(plain, changes));
}

function merged(base: JsonObject, changes: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({ ...base, ...changes }).map(([name, value]) => {
      const old = base[name];
      return [name, isObject(value) && isObject(old) ? merged(old, value) : value];
    }),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The configuration of the cold start that an arm begins with: where arms agree on it, they share one. */
export function coldConfig(config: RunConfig, base: RunConfig): RunConfig {
  const { seed, model, vocab, tasks, imitation, shards } = config;
  return { ...base, seed, model, vocab, tasks, imitation, shards, policies: 'shared' };
}

/** The members that a cold start's weights depend on; the rest is about what comes after it. */
const COLD_MEMBERS = ['seed', 'model', 'vocab', 'tasks', 'families', 'imitation', 'shards'];

/** What of a configuration the cold start depends on. */
export function coldPart(config: RunConfig): object {
  const { beta1, beta2, maxGradientNorm } = config.learning;
  return {
    ...Object.fromEntries(Object.entries(config).filter(([name]) => COLD_MEMBERS.includes(name))),
    learning: { beta1, beta2, maxGradientNorm },
    temperature: config.rollout.temperature,
  };
}

/** The chosen arms of a table and those that they need, in the table's order. */
export function withNeeds(arms: readonly Arm[], wanted: readonly string[] | undefined): Arm[] {
  if (wanted === undefined) return [...arms];
  const chosen = new Set<string>();
  const choose = (name: string) => {
    const arm = arms.find((each) => each.name === name);
    if (arm === undefined) {
      const known = arms.map((each) => each.name).join(', ');
      throw new UserError('unknown-arm', `There is no arm "${name}" in this table; --arms takes ${known}.`);
    }
    chosen.add(name);
    for (const need of needsOf(arm)) choose(need);
  };
  for (const name of wanted) choose(name);
  return arms.filter(({ name }) => chosen.has(name));
}
