import type { RolloutOutput } from './rollout.machine.ts';

/**
 * What an evaluation found in a number of tasks. All but `tasks` are sums over tasks of the mean over a task's samples, of
 * which there is one unless `evaluation.samples` says otherwise.
 */
export interface Counts {
  readonly tasks: number;
  /** Scores; a sample whose script was rejected scores 0. */
  readonly score: number;
  /** Samples whose script was a valid design. */
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

/** Adds one task's samples: its rollout tree of one execution for each design. */
export function tallyRollout(tally: Tally, rollout: RolloutOutput): Tally {
  const { family, attribute = '' } = rollout;
  const { attributes, ...whole } = tally[family] ?? { ...NOTHING, attributes: {} };
  const part = add(attributes[attribute] ?? NOTHING, rollout);
  return {
    ...tally,
    [family]: { ...add(whole, rollout), attributes: { ...attributes, [attribute]: part } },
  };
}

/** Mean score of a task's samples; one whose script was rejected scores 0. */
export function scoreOf({ score, designs }: Pick<RolloutOutput, 'score' | 'designs'>): number {
  return designs === 0 ? 0 : score / designs;
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
  const samples = Math.max(1, rollout.designs);
  const shapes: { [shape: string]: number } = { ...old.shapes };
  for (const [shape, count] of Object.entries(rollout.shapes)) {
    shapes[shape] = (shapes[shape] ?? 0) + count / samples;
  }
  return {
    tasks: old.tasks + 1,
    score: old.score + scoreOf(rollout),
    valid: old.valid + rollout.executions / samples,
    calls: old.calls + rollout.calls / samples,
    tokens: old.tokens + (rollout.tokens ?? 0) / samples,
    shapes,
  };
}
