import { average } from '../credit/advantage.ts';
import type { TrainingSequence } from './batches.ts';

/**
 * Samples that are the same to the token, prompt and all, as one that counts as often, with the mean of their advantages;
 * in the order of the first of each. As long as the policy is the one that sampled, the gradient is the same as
 * without (it is linear in advantages), and a policy that has made up its mind draws the same few over and over.
 */
export function merged(sequences: readonly TrainingSequence[]): TrainingSequence[] {
  const same = Map.groupBy(
    sequences,
    ({ promptTokens, tokens }) => `${Array.from(promptTokens).join(' ')}/${Array.from(tokens).join(' ')}`,
  );
  return [...same.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({
      ...first,
      advantage: average(group.map(({ advantage }) => advantage)),
      count: group.length,
    })),
  );
}
