import { batchFeeds } from '../../src/learning/batch.ts';
import { type Minibatch, positionCount } from '../../src/learning/batches.ts';
import { supervisedBatch } from '../../src/learning/tensors.ts';

/** Share of the positions that a learner of so many shards computes that is padding, 0 … 1. */
export function paddingShare(minibatches: readonly Minibatch[], shards: number): number {
  let computed = 0;
  let used = 0;
  for (const minibatch of minibatches) {
    const batch = supervisedBatch(minibatch);
    const parts = Math.min(shards, batch.rows);
    for (let shard = 0; shard < parts; shard++) {
      computed += batchFeeds(batch, shard, parts).feeds.tokens?.data.length ?? 0;
    }
    used += minibatch.sequences.reduce((sum, sequence) => sum + positionCount(sequence), 0);
  }
  return computed === 0 ? 0 : 1 - used / computed;
}
