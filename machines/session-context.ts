import { pad } from './command.ts';
import type { Evaluation, EvaluationPlan } from './evaluations.ts';
import type { RolloutOutput, TaskRef } from './rollout.machine.ts';
import { learnersOf, type Role } from './stages.ts';
import type { Tally } from './tally.ts';

/** The part of a run's configuration that the session decides by. */
export interface SessionPlan extends EvaluationPlan {
  /** Chunks of the cold start; each is one recorded event with its weights. */
  readonly imitationChunks: number;
  /** M and N of a training step's rollout trees. */
  readonly designs: number;
  readonly executions: number;
  /** Branches of each executor call in steps in which the executor learns: credit by forks, where it is given. */
  readonly draws?: number;
}

export interface SessionInput {
  readonly plan: SessionPlan;
  /** The whole configuration; hashes of the task set and the tokenizer stand beside it. */
  readonly config: object;
}

export type SessionEvent =
  | { readonly type: 'imitated'; readonly label: string; readonly version: string; readonly loss: number }
  | { readonly type: 'picked'; readonly tasks: readonly TaskRef[] }
  | { readonly type: 'rollout.finished'; readonly key: string; readonly output: RolloutOutput }
  | { readonly type: 'credited'; readonly designerReward: number; readonly executorReward: number }
  | { readonly type: 'learned'; readonly label: string; readonly version: string };

export interface SessionContext extends SessionInput {
  readonly chunk: number;
  readonly step: number;
  readonly open: number;
  readonly version: string;
  /** Label of the weights that play, and of those that the last stage began with. */
  readonly label: string;
  readonly began: string;
  readonly calls: number;
  /** The evaluation under way, or the last one. */
  readonly evaluation: Evaluation | null;
  /** What evaluations have found, by their keys. */
  readonly tallies: { readonly [key: string]: Tally };
}

export interface SessionOutput {
  readonly version: string;
  readonly steps: number;
  readonly calls: number;
  readonly tallies: { readonly [key: string]: Tally };
}

export function stepKey(context: SessionContext): string {
  return `step/${pad(context.step, 4)}`;
}

/** The roles that learn in this step. */
export function learners({ step, plan }: SessionContext): readonly Role[] {
  return learnersOf(step, plan);
}

/** What credit and learning are asked for: a step, and a role that learns in it. */
export function lesson(context: SessionContext, { role }: RoleParams) {
  return { key: stepKey(context), input: { step: context.step, role } };
}

export interface RoleParams {
  readonly role: Role;
}
