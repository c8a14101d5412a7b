import type { RolloutOutput } from './rollout.machine.ts';

/** What an evaluation found in a number of tasks. */
export interface Counts {
  readonly tasks: number;
  /** Sum of scores; a task whose script was rejected scores 0. */
  readonly score: number;
  /** Tasks whose script was a valid design. */
  readonly valid: number;
  readonly calls: number;
  /** Sampled tokens. */
  readonly tokens: number;
  readonly shapes: { readonly [shape: string]: number };
}

/** One task family, whole and by attribute. Families whose tasks have none know the attribute '' alone. */
export interface FamilyTally extends Counts {
  readonly attributes: { readonly [attribute: string]: Counts };
}
export type Tally = { readonly [family: string]: FamilyTally };

export const emptyTally: Tally = {};
const NOTHING: Counts = { tasks: 0, score: 0, valid: 0, calls: 0, tokens: 0, shapes: {} };

/** Adds one task's rollout tree of one design and one execution. */
export function tallyRollout(tally: Tally, rollout: RolloutOutput): Tally {
  const { family, attribute = '' } = rollout;
  const { attributes, ...whole } = tally[family] ?? { ...NOTHING, attributes: {} };
  const part = add(attributes[attribute] ?? NOTHING, rollout);
  return {
    ...tally,
    [family]: { ...add(whole, rollout), attributes: { ...attributes, [attribute]: part } },
  };
}

/** Score of a tree: the mean over its executions, 0 if it has none. */
export function scoreOf({ score, executions }: Pick<RolloutOutput, 'score' | 'executions'>): number {
  return executions === 0 ? 0 : score / executions;
}

/** Tasks, score, valid scripts and calls over all families. */
export function totals(tally: Tally): Pick<Counts, 'tasks' | 'score' | 'valid' | 'calls'> {
  return Object.values(tally).reduce(
    (sum, { tasks, score, valid, calls }) => ({
      tasks: sum.tasks + tasks,
      score: sum.score + score,
      valid: sum.valid + valid,
      calls: sum.calls + calls,
    }),
    { tasks: 0, score: 0, valid: 0, calls: 0 },
  );
}

/** Name of a family's tasks of one attribute: `arithmetic/long`; the family's alone where there are none. */
export function cellName(family: string, attribute = ''): string {
  return attribute === '' ? family : `${family}/${attribute}`;
}

function add(old: Counts, rollout: RolloutOutput): Counts {
  const shapes: { [shape: string]: number } = { ...old.shapes };
  for (const [shape, count] of Object.entries(rollout.shapes)) shapes[shape] = (shapes[shape] ?? 0) + count;
  return {
    tasks: old.tasks + 1,
    score: old.score + scoreOf(rollout),
    valid: old.valid + (rollout.executions === 0 ? 0 : 1),
    calls: old.calls + rollout.calls,
    tokens: old.tokens + (rollout.tokens ?? 0),
    shapes,
  };
}
