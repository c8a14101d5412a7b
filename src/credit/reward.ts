import type { DesignTree } from './tree.ts';

export interface RewardSettings {
  /** Price of each policy call of an execution beyond the first, in units of score. */
  readonly callPrice: number;
}

/**
 * Reward of a design: the mean over its executions of score minus price, never below 0, which is what a
 * script earns that does not compile: no design is worse than none.
 */
export function designReward(design: DesignTree, settings: RewardSettings): number {
  const { executions } = design;
  if (design.rejected !== null || executions.length === 0) return 0;
  const total = executions.reduce(
    (sum, execution) => sum + execution.score - settings.callPrice * Math.max(0, execution.calls.length - 1),
    0,
  );
  return Math.max(0, total / executions.length);
}
