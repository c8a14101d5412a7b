import { InvariantError } from '../core/errors.ts';
import type { Feed } from '../onnx/session.ts';

/**
 * Sequences, padded on the right with token 0; every array is `[rows, length]`, row-major, and position t
 * reads `tokens[t]` to predict `targets[t]`, the token after it.
 */
export interface TokenBatch {
  readonly rows: number;
  /** At most the model's context. */
  readonly length: number;
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
}

export interface SupervisedBatch extends TokenBatch {
  readonly objective: 'supervised';
  /** 0 where the target is not to be learned; carries the normalisation (for a mean: 1 / count). */
  readonly weights: Float32Array;
}

export interface PolicyBatch extends TokenBatch {
  readonly objective: 'policy';
  readonly weights: Float32Array;
  readonly advantages: Float32Array;
  /** Natural log-probabilities that the targets were sampled with. */
  readonly oldLogProbs: Float32Array;
}

export type TrainingBatch = SupervisedBatch | PolicyBatch;

/**
 * The model inputs for shard `shard` of `shards`: a run of whole rows, in order. Throws an InvariantError if
 * an array's length is not rows × length.
 */
export function batchFeeds(batch: TokenBatch | TrainingBatch, shard = 0, shards = 1): Record<string, Feed> {
  const { rows, length } = batch;
  const arrays: Record<string, Int32Array | Float32Array> = {
    tokens: batch.tokens,
    previous: previousTokens(batch),
    targets: batch.targets,
  };
  if ('objective' in batch) {
    arrays.tokenWeights = batch.weights;
    if (batch.objective === 'policy') {
      arrays.advantages = batch.advantages;
      arrays.oldLogProbs = batch.oldLogProbs;
    }
  }
  const [from, to] = shardRows(rows, shards, shard);
  const feeds: Record<string, Feed> = {};
  for (const [name, data] of Object.entries(arrays)) {
    if (data.length !== rows * length) {
      throw new InvariantError(`${name}: ${data.length} values for ${rows} rows of ${length}`);
    }
    const part = shards === 1 ? data : data.slice(from * length, to * length);
    feeds[name] = { data: part, dims: [to - from, length] };
  }
  return feeds;
}

/** First row of a shard, and the row after its last. */
function shardRows(rows: number, shards: number, shard: number): readonly [number, number] {
  return [Math.floor((rows * shard) / shards), Math.floor((rows * (shard + 1)) / shards)];
}

/** The token before each, 0 before a row's first. */
function previousTokens({ tokens, rows, length }: TokenBatch): Int32Array {
  const previous = new Int32Array(tokens.length);
  previous.set(tokens.subarray(0, -1), 1);
  for (let row = 0; row < rows; row++) previous[row * length] = 0;
  return previous;
}
