import { canonicalJson } from '../../../src/core/json.ts';
import type { RandomStream } from '../../../src/core/random.ts';
import { average } from '../../../src/credit/advantage.ts';
import { type Genome, mutate } from './mutate-design.ts';

/** Rewards and calls of a design's executions on some tasks, one each. */
export interface Tries {
  readonly rewards: readonly number[];
  readonly calls: number;
}

export interface SearchOptions {
  /** The designs that it begins with. */
  readonly library: readonly Genome[];
  /** Policy calls that it may spend. */
  readonly budget: number;
  readonly random: RandomStream;
  /** Executes designs on tasks, numbered from 0 without end, once each. */
  readonly execute: (designs: readonly Genome[], tasks: readonly number[]) => Promise<readonly Tries[]>;
  /** Whether a design passes its checks: that costs nothing. */
  readonly passes: (design: Genome) => Promise<boolean>;
  readonly onProgress?: (spent: number) => void;
}

export interface Found {
  readonly design: Genome;
  /** Mean reward of its executions in the search. */
  readonly reward: number;
  readonly executions: number;
  /** Calls that were spent, and designs that were tried. */
  readonly calls: number;
  readonly tried: number;
}

/** Generations, each with as much of the budget, and how many designs one begins with. */
const GENERATIONS = 6;
const POPULATION = 16;
/** Of these, the best of all generations before; the others are new. */
const ELITE = 4;
/** Tasks that a rung tries first, and most of them at once. */
const PROBE = 2;
const MOST_TASKS = 32;
/** Tries to make a new design that passes its checks, for each that is wanted. */
const PATIENCE = 20;

interface Entry {
  readonly design: Genome;
  readonly rewards: number[];
}

/**
 * Searches for one design that is good on all tasks, with the policy as it is: an evolution of designs, where each
 * generation is thinned out by successive halving (Jamieson and Talwalkar 2016). All designs of a rung are
 * executed on the same tasks. This is the setting of ADAS and AFlow, with mutations in place of a language model that
 * proposes designs. At the end the design with the highest lower confidence bound wins.
 */
export async function searchDesign(options: SearchOptions): Promise<Found> {
  const { library, budget, execute, onProgress } = options;
  const archive = new Map<string, Entry>();
  let calls = 0;
  let nextTask = 0;
  // What a task costs is known once it is tried: a probe first, then as many as can be paid for.
  const tryOut = async (rung: readonly Entry[], allowed: number) => {
    const before = calls;
    const first = nextTask;
    for (let count = PROBE; count > 0; ) {
      const tasks = Array.from({ length: count }, (_, index) => nextTask + index);
      nextTask += count;
      const tries = await execute(
        rung.map(({ design }) => design),
        tasks,
      );
      for (const [index, { rewards, calls: cost }] of tries.entries()) {
        rung[index]?.rewards.push(...rewards);
        calls += cost;
      }
      onProgress?.(calls);
      const spent = calls - before;
      count = Math.min(MOST_TASKS, Math.floor((allowed - spent) / Math.max(1, spent / (nextTask - first))));
    }
  };
  for (let generation = 0; generation < GENERATIONS && calls < budget; generation++) {
    const share = ((generation + 1) * budget) / GENERATIONS;
    let rung = await population(generation === 0 ? library : [], archive, options);
    const rungs = Math.max(1, Math.ceil(Math.log2(rung.length)));
    for (let level = 0; level < rungs && calls < share; level++) {
      await tryOut(rung, (share - calls) / (rungs - level));
      rung = rung
        .toSorted((a, b) => average(b.rewards) - average(a.rewards))
        .slice(0, Math.max(1, Math.ceil(rung.length / 2)));
    }
  }
  const [winner] = ranked(archive);
  if (winner === undefined) throw new RangeError('a search without designs to begin with');
  const { design, rewards } = winner;
  return { design, reward: average(rewards), executions: rewards.length, calls, tried: archive.size };
}

/** A generation: those it is given, the best so far, and mutants of these. */
async function population(
  given: readonly Genome[],
  archive: Map<string, Entry>,
  { random, passes }: SearchOptions,
): Promise<Entry[]> {
  const add = (design: Genome): Entry => {
    const entry = { design, rewards: [] };
    archive.set(canonicalJson(design), entry);
    return entry;
  };
  const parents = ranked(archive);
  const members = given.length > 0 ? given.map(add) : parents.slice(0, ELITE);
  const pool = given.length > 0 ? members : parents.slice(0, 2 * ELITE);
  for (let attempt = 0; attempt < PATIENCE * POPULATION && members.length < POPULATION; attempt++) {
    const child = mutate(random.pick(pool).design, random.pick(pool).design, random);
    if (!archive.has(canonicalJson(child)) && (await passes(child))) members.push(add(child));
  }
  return members;
}

/** Designs that were tried, the surest first: by mean reward less its standard error. */
function ranked(archive: ReadonlyMap<string, Entry>): Entry[] {
  const bound = ({ rewards }: Entry) => {
    const mean = average(rewards);
    // As if one reward of each kind had been seen besides, so that few equal ones are no certainty.
    const spread = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0.5) / (rewards.length + 2);
    return mean - Math.sqrt(spread / rewards.length);
  };
  return [...archive.values()]
    .filter(({ rewards }) => rewards.length > 0)
    .toSorted((a, b) => bound(b) - bound(a));
}
