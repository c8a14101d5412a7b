import { must } from '../core/errors.ts';
import { GraphBuilder, type Tensor } from '../onnx/graph.ts';
import { add, cast, lessOrEqual, matmul, mul, softmax, sub, where } from '../onnx/ops.ts';
import { concat, leading, reshape, split, sum } from '../onnx/shape-ops.ts';
import type { TransformerConfig } from './parameters.ts';
import {
  causalAttention,
  frozenTransformer,
  type Heads,
  hiddenStates,
  MASKED,
  outputHead,
  scoreScale,
  type Transformer,
} from './transformer.ts';

/**
 * Model that reads prompts, right-padded to P ≤ context tokens.
 *
 * Inputs, int32: `tokens [B, P]`; `previous [B, P]`, the token before each (0 before the first);
 * `lengths [B]`, tokens in each prompt, 1 … P.
 * Outputs, float32: `logits [B, vocab]` after each prompt's last token; `key<l>` and `value<l>`
 * `[B, heads, P, dim / heads]` for each layer l. Positions ≥ length hold rubbish that decoding never reads.
 *
 * A row's results depend on its own inputs and on P only, provided B ≥ 2.
 */
export function prefillGraph(config: TransformerConfig, weights: Float32Array): Uint8Array {
  const graph = new GraphBuilder('prefill');
  const tokens = graph.input('tokens', 'int32', ['B', 'P']);
  const previous = graph.input('previous', 'int32', ['B', 'P']);
  const lengths = graph.input('lengths', 'int32', ['B']);
  const model = frozenTransformer(graph, config, weights);
  const cache: Heads[] = [];
  const attend = causalAttention(model, 'P');
  const hidden = hiddenStates(model, {
    rows: 'B',
    time: 'P',
    tokens: reshape(tokens, ['B*P']),
    previous: reshape(previous, ['B*P']),
    positions: graph.int64s([1], [0]),
    selected: lastPositions(lengths),
    attend: (heads, layer) => {
      cache.push(heads);
      return attend(heads, layer);
    },
  });
  graph.output('logits', outputHead(model, hidden));
  cache.forEach(({ keys, values }, layer) => {
    graph.output(`key${layer}`, keys);
    graph.output(`value${layer}`, values);
  });
  return graph.build();
}

/**
 * Model that reads one token for each row.
 *
 * Inputs: int32 `token [B]`, `previous [B]` (the token before it), `position [B]` (0-based position of
 * `token`); float32 `key<l>` and `value<l>` `[B, heads, W, dim / heads]` for each layer l, of which
 * positions < `position` ≤ W are read.
 * Outputs, float32: `logits [B, vocab]`; `newKey<l>` and `newValue<l>` `[B, heads, dim / heads]`, which the
 * caller writes into its cache at `position`.
 *
 * A row's results depend on its own inputs and on W only, provided B ≥ 2.
 */
export function decodeGraph(config: TransformerConfig, weights: Float32Array): Uint8Array {
  const { heads, dim, layers } = config;
  const size = dim / heads;
  const graph = new GraphBuilder('decode');
  const token = graph.input('token', 'int32', ['B']);
  const previous = graph.input('previous', 'int32', ['B']);
  const position = graph.input('position', 'int32', ['B']);
  const past = Array.from({ length: layers }, (_, layer) => ({
    keys: graph.input(`key${layer}`, 'float32', ['B', heads, 'W', size]),
    values: graph.input(`value${layer}`, 'float32', ['B', heads, 'W', size]),
  }));
  const model = frozenTransformer(graph, config, weights);
  const mask = pastMask(model, position);
  const fresh: Heads[] = [];
  const hidden = hiddenStates(model, {
    rows: 'B',
    time: 1,
    tokens: token,
    previous,
    positions: reshape(cast(position, 'int64'), ['B', 1]),
    attend: (now, layer) => {
      fresh.push(now);
      return cachedAttention(model, now, must(past[layer], 'a cache'), mask);
    },
  });
  graph.output('logits', outputHead(model, hidden));
  fresh.forEach(({ keys, values }, layer) => {
    graph.output(`newKey${layer}`, reshape(keys, ['B', heads, size]));
    graph.output(`newValue${layer}`, reshape(values, ['B', heads, size]));
  });
  return graph.build();
}

/** Of one layer, `[B, heads, W, dim / heads]`. */
interface Cached {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Attention of one position to the cached ones and to itself, without joining the two. */
function cachedAttention(model: Transformer, now: Heads, past: Cached, mask: Tensor): Tensor {
  // Scaled before the product: ONNX Runtime has a kernel for one row by a transposed matrix, but not with a factor.
  const queries = mul(now.queries, scoreScale(model));
  const before = add(matmul(queries, past.keys, { transB: true }), mask);
  const self = sum(mul(queries, now.keys), [3]);
  const shares = softmax(concat([before, self], 3));
  const [ofPast, ofSelf] = split(shares, 3, ['W', 1]);
  return add(matmul(must(ofPast, 'shares'), past.values), mul(must(ofSelf, 'a share'), now.values));
}

/** 0 where a cached position is before `position`, {@link MASKED} elsewhere: `[B, 1, 1, W]`. */
function pastMask({ graph, config }: Transformer, position: Tensor): Tensor {
  const all = graph.int32s(
    [1, 1, 1, config.context],
    Array.from({ length: config.context }, (_, i) => i),
  );
  const columns = leading(all, [1, 1, 1, 'W']);
  return where(lessOrEqual(reshape(position, ['B', 1, 1, 1]), columns), MASKED, graph.scalar(0));
}

/** Row numbers of the last prompt positions in `[B * P, dim]`: int64 `[B]`. */
function lastPositions(lengths: Tensor): Tensor {
  const { graph } = lengths;
  const one = graph.int64s([], [1]);
  const width = reshape(graph.shapeTensor(['P']), []);
  const rows = graph.node(
    'Range',
    [graph.int64s([], [0]), reshape(graph.shapeTensor(['B']), []), one],
    'int64',
    ['B'],
  );
  return add(mul(rows, width), sub(cast(lengths, 'int64'), one));
}
