import type { RolloutOutput } from './rollout.machine.ts';

/** What an evaluation found in one task family. */
export interface FamilyTally {
  readonly tasks: number;
  /** Sum of scores; a task whose script was rejected scores 0. */
  readonly score: number;
  /** Tasks whose script was a valid design. */
  readonly valid: number;
  readonly calls: number;
  readonly shapes: { readonly [shape: string]: number };
}
export type Tally = { readonly [family: string]: FamilyTally };

export const emptyTally: Tally = {};

/** Adds one task's rollout tree of one design and one execution. */
export function tallyRollout(tally: Tally, rollout: RolloutOutput): Tally {
  const old = tally[rollout.family] ?? { tasks: 0, score: 0, valid: 0, calls: 0, shapes: {} };
  const shapes: { [shape: string]: number } = { ...old.shapes };
  for (const [shape, count] of Object.entries(rollout.shapes)) shapes[shape] = (shapes[shape] ?? 0) + count;
  return {
    ...tally,
    [rollout.family]: {
      tasks: old.tasks + 1,
      score: old.score + (rollout.executions === 0 ? 0 : rollout.score / rollout.executions),
      valid: old.valid + (rollout.executions === 0 ? 0 : 1),
      calls: old.calls + rollout.calls,
      shapes,
    },
  };
}
