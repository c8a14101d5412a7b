export const ROLES = ['designer', 'executor'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who learns when. `stagewise`: K steps one role, K steps the other; `coupled`: both in every step, from the same
 * trees; the others: one role throughout. A stage is K steps whatever the schedule.
 */
export const SCHEDULES = ['stagewise', 'coupled', 'designer-only', 'executor-only'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** The part of a plan that stages follow from. */
export interface StagePlan {
  readonly steps: number;
  /** K: steps of one stage. */
  readonly stageSteps: number;
  readonly firstRole: Role;
  /** Stagewise if left out, as in runs recorded before there were others. */
  readonly schedule?: Schedule;
}

/**
 * The roles that learn in a step, in the order in which they are updated. Where both do, the executor comes first:
 * what it learned is then in the shared weights that the designer's update begins with, and the designer's ratios are
 * measured against the weights that sampled, like the executor's.
 */
export function learnersOf(step: number, plan: StagePlan): readonly Role[] {
  switch (plan.schedule ?? 'stagewise') {
    case 'coupled':
      return ['executor', 'designer'];
    case 'designer-only':
      return ['designer'];
    case 'executor-only':
      return ['executor'];
    case 'stagewise':
      return [Math.floor(step / plan.stageSteps) % 2 === 0 ? plan.firstRole : other(plan.firstRole)];
  }
}

/** How many of the steps before this one the role learned in. */
export function stepsBefore(step: number, role: Role, plan: StagePlan): number {
  return Array.from({ length: step }, (_, earlier) => learnersOf(earlier, plan)).filter((roles) =>
    roles.includes(role),
  ).length;
}

/** Number of the stage that is over after so many steps, from 1; null if none ends there. */
export function stageEndedAt(step: number, { steps, stageSteps }: StagePlan): number | null {
  const ends = step > 0 && (step % stageSteps === 0 || step === steps);
  return ends ? Math.ceil(step / stageSteps) : null;
}

function other(role: Role): Role {
  return role === 'executor' ? 'designer' : 'executor';
}
