/** Advantages of one group, in the group's order; null where the group has nothing to teach. */
export type GroupAdvantages = readonly number[] | null;

/**
 * Group-normalised advantages (GRPO, arXiv 2402.03300): (r − mean) / (sd + floor), with the population
 * standard deviation. The floor keeps a nearly unanimous group from shouting. A group of one, or one whose
 * rewards are all equal, teaches nothing (law 6) and is null.
 */
export function normalise(rewards: readonly number[], floor: number): GroupAdvantages {
  const mean = average(rewards);
  if (rewards.length < 2 || rewards.every((reward) => reward === rewards[0])) return null;
  const scale = scaleOf(rewards, floor);
  return rewards.map((reward) => (reward - mean) / scale);
}

/** What differences within a group are divided by: the population standard deviation, and the floor on top. */
export function scaleOf(rewards: readonly number[], floor: number): number {
  const mean = average(rewards);
  return Math.sqrt(average(rewards.map((reward) => (reward - mean) ** 2))) + floor;
}

/**
 * The same with a fixed scale in place of the standard deviation, clipped to ±`limit`: (r − mean) / scale.
 * For designers: dividing by the deviation blows up the few differences that are left when a family's
 * designs have nearly converged.
 */
export function centre(rewards: readonly number[], scale: number, limit: number): GroupAdvantages {
  const mean = average(rewards);
  if (rewards.length < 2 || rewards.every((reward) => reward === rewards[0])) return null;
  return rewards.map((reward) => Math.min(limit, Math.max(-limit, (reward - mean) / scale)));
}

export function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
