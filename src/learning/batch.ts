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

/** One shard of a batch, as a model takes it. */
export interface ShardFeeds {
  readonly feeds: Readonly<Record<string, Feed>>;
  /** Positions in the whole batch that the model's per-token results stand for, in order. */
  readonly positions: Int32Array;
}

/**
 * The inputs for shard `shard` of `shards`, a run of whole rows: all their tokens, and for the positions that
 * are learned (a weight other than 0; without weights, all) what is learned there. Throws an InvariantError
 * if an array's length is not rows × length.
 */
export function batchFeeds(batch: TokenBatch | TrainingBatch, shard = 0, shards = 1): ShardFeeds {
  const { rows, length } = batch;
  const perToken: Record<string, Int32Array | Float32Array> = { targets: batch.targets };
  if ('objective' in batch) {
    perToken.tokenWeights = batch.weights;
    if (batch.objective === 'policy') {
      perToken.advantages = batch.advantages;
      perToken.oldLogProbs = batch.oldLogProbs;
    }
  }
  for (const [name, data] of Object.entries({ ...perToken, tokens: batch.tokens })) {
    if (data.length === rows * length) continue;
    throw new InvariantError(`${name}: ${data.length} values for ${rows} rows of ${length}`);
  }
  const [from, to] = shardRows(rows, shards, shard);
  const start = from * length;
  const positions = learnedPositions(batch, start, to * length);
  const dims = [to - from, length];
  const feeds: Record<string, Feed> = {
    tokens: { data: batch.tokens.slice(start, to * length), dims },
    previous: { data: previousTokens(batch).slice(start, to * length), dims },
    selected: { data: positions.map((position) => position - start), dims: [positions.length] },
  };
  for (const [name, data] of Object.entries(perToken)) {
    const chosen = new (data instanceof Int32Array ? Int32Array : Float32Array)(positions.length);
    positions.forEach((position, i) => {
      chosen[i] = data[position] ?? 0;
    });
    feeds[name] = { data: chosen, dims: [positions.length] };
  }
  return { feeds, positions };
}

/** At least one, since a model cannot take an empty tensor: the first, if none has a weight. */
function learnedPositions(batch: TokenBatch | TrainingBatch, from: number, to: number): Int32Array {
  const chosen: number[] = [];
  for (let at = from; at < to; at++) if (!('objective' in batch) || batch.weights[at] !== 0) chosen.push(at);
  return Int32Array.from(chosen.length > 0 ? chosen : [from]);
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
