import { average } from './advantage.ts';
import type { DesignTree, ExecutionTree } from './tree.ts';

/** Prices, in units of score. */
export interface RewardSettings {
  /** Of each policy call of an execution beyond the first. */
  readonly callPrice: number;
  /** Of each token that an execution samples; 0 if left out. */
  readonly tokenPrice?: number;
  /** What a script earns that was rejected; 0 if left out. */
  readonly rejected?: number;
  /**
   * Whether the executor pays as well. By default it does not: how many calls are made is for the designer to decide,
   * and an executor that pays learns to do less wherever its group compares unlike designs.
   */
  readonly executorPays?: boolean;
  /**
   * Whether a design's reward is summed in the order of its executions, as in older runs; by default it is the same to the
   * last bit in any order.
   */
  readonly sumsInOrder?: boolean;
}

/**
 * Reward of a design: the mean over its executions of score minus price. It may be below 0: cut off there, a design that
 * fails would not pay its price, and costly designs would look better the fewer their executions are.
 */
export function designReward(design: DesignTree, settings: RewardSettings): number {
  const { executions } = design;
  if (design.rejected !== null || executions.length === 0) return settings.rejected ?? 0;
  const rewards = executions.map((execution) => execution.score - priceOf(execution, settings));
  // Sums of floating-point numbers depend on their order, and a reward is not to depend on that of its executions.
  return average(settings.sumsInOrder === true ? rewards : rewards.toSorted((a, b) => a - b));
}

/** Reward of an execution: its score, less its price if the executor pays. May then be below 0. */
export function executionReward(execution: ExecutionTree, settings: RewardSettings): number {
  return execution.score - (settings.executorPays === true ? priceOf(execution, settings) : 0);
}

function priceOf({ calls }: ExecutionTree, { callPrice, tokenPrice = 0 }: RewardSettings): number {
  const tokens = calls.reduce((sum, { call }) => sum + call.tokens.length, 0);
  return callPrice * Math.max(0, calls.length - 1) + tokenPrice * tokens;
}
