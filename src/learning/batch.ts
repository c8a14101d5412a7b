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
  /** Natural log-probabilities of the targets under the reference policy; needed for a KL penalty. */
  readonly referenceLogProbs?: Float32Array;
}

export type TrainingBatch = SupervisedBatch | PolicyBatch;

/** One shard of a batch, as a model takes it. */
export interface ShardFeeds {
  readonly feeds: Readonly<Record<string, Feed>>;
  /** Positions in the whole batch that the model's per-token results stand for, in order. */
  readonly positions: Int32Array;
}

/**
 * The inputs for shard `shard` of `shards`, a run of whole rows, as wide as its longest: all their tokens, and
 * for the positions that are learned (a weight other than 0; without weights, all) what is learned there. Throws an InvariantError if an array's length is not rows × length, and for fewer rows than
 * shards.
 */
export function batchFeeds(batch: TokenBatch | TrainingBatch, shard = 0, shards = 1): ShardFeeds {
  const perToken: Record<string, Int32Array | Float32Array> = { targets: batch.targets };
  if ('objective' in batch) {
    perToken.tokenWeights = batch.weights;
    if (batch.objective === 'policy') {
      perToken.advantages = batch.advantages;
      perToken.oldLogProbs = batch.oldLogProbs;
      perToken.referenceLogProbs = batch.referenceLogProbs ?? batch.oldLogProbs;
    }
  }
  for (const [name, data] of Object.entries({ ...perToken, tokens: batch.tokens })) {
    if (data.length === batch.rows * batch.length) continue;
    throw new InvariantError(`${name}: ${data.length} values for ${batch.rows} rows of ${batch.length}`);
  }
  const { from, to, width } = shardRows(batch, shard, shards);
  const dims = [to - from, width];
  const tokens = new Int32Array((to - from) * width);
  const previous = new Int32Array((to - from) * width);
  const positions: number[] = [];
  const selected: number[] = [];
  for (let row = from; row < to; row++) {
    const source = row * batch.length;
    const target = (row - from) * width;
    tokens.set(batch.tokens.subarray(source, source + width), target);
    previous.set(batch.tokens.subarray(source, source + width - 1), target + 1);
    for (let t = 0; t < width; t++) {
      if ('objective' in batch && batch.weights[source + t] === 0) continue;
      positions.push(source + t);
      selected.push(target + t);
    }
  }
  // A model cannot take an empty tensor: the first position, if none has a weight.
  if (selected.length === 0) {
    positions.push(from * batch.length);
    selected.push(0);
  }
  const feeds: Record<string, Feed> = {
    tokens: { data: tokens, dims },
    previous: { data: previous, dims },
    selected: { data: Int32Array.from(selected), dims: [selected.length] },
  };
  for (const [name, data] of Object.entries(perToken)) {
    const chosen = new (data instanceof Int32Array ? Int32Array : Float32Array)(positions.length);
    positions.forEach((position, i) => {
      chosen[i] = data[position] ?? 0;
    });
    feeds[name] = { data: chosen, dims: [positions.length] };
  }
  return { feeds, positions: Int32Array.from(positions) };
}

/**
 * Rows of a shard, `from` … `to` − 1, and the positions of the longest. All shards have about as many positions
 * of their own, so that they take about as long, and at least one row.
 */
function shardRows(
  batch: TokenBatch | TrainingBatch,
  shard: number,
  shards: number,
): { readonly from: number; readonly to: number; readonly width: number } {
  const { rows } = batch;
  if (rows < shards) throw new InvariantError(`${shards} shards of ${rows} rows`);
  const widths = Array.from({ length: rows }, (_, row) => usedWidth(batch, row));
  const all = widths.reduce((sum, width) => sum + width, 0);
  const cut = (part: number): number => {
    let row = 0;
    let sum = 0;
    for (; row < rows && sum + (widths[row] ?? 0) / 2 < (all * part) / shards; row++) sum += widths[row] ?? 0;
    return Math.min(Math.max(row, part), rows - (shards - part));
  };
  const [from, to] = [cut(shard), cut(shard + 1)];
  return { from, to, width: Math.max(...widths.slice(from, to)) };
}

/** Positions of a row up to its last that is not padding or is learned, at least 1; all without weights. */
function usedWidth(batch: TokenBatch | TrainingBatch, row: number): number {
  if (!('objective' in batch)) return batch.length;
  const start = row * batch.length;
  for (let t = batch.length - 1; t > 0; t--) {
    if (batch.tokens[start + t] !== 0 || batch.weights[start + t] !== 0) return t + 1;
  }
  return 1;
}
