import { must } from '../core/errors.ts';
import type { GraphBuilder, Tensor } from '../onnx/graph.ts';
import type { Dim } from '../onnx/model.ts';
import { add, matmul, relu, rmsNorm, rotary, softmax } from '../onnx/ops.ts';
import { gather, leading, reshape, split, transpose } from '../onnx/shape-ops.ts';
import { parameterLayout, type TransformerConfig } from './parameters.ts';

/**
 * The embedded policy's network, written once over the graph builder and used for training, prefill and
 * decode: decoder-only, RMSNorm before each block, rotary positions, ReLU MLP, no biases. The embedding of
 * the *previous* token is added to the input, which gives a two-layer net copying for one addition.
 */
export interface Transformer {
  readonly config: TransformerConfig;
  readonly graph: GraphBuilder;
  readonly weight: (name: string) => Tensor;
}

/** The network with its weights as constants of the graph, for inference. */
export function frozenTransformer(
  graph: GraphBuilder,
  config: TransformerConfig,
  weights: Float32Array,
): Transformer {
  const table = new Map(
    parameterLayout(config).map((slot) => [
      slot.name,
      graph.floats(slot.shape, weights.subarray(slot.offset, slot.offset + slot.size)),
    ]),
  );
  return { config, graph, weight: (name) => must(table.get(name), `the weight ${name}`) };
}

/** The network with its weights cut out of one flat tensor `[parameters]`, for training. */
export function trainableTransformer(flat: Tensor, config: TransformerConfig): Transformer {
  const layout = parameterLayout(config);
  const sizes = layout.map((slot) => slot.size);
  const pieces = split(flat, 0, sizes);
  const table = new Map(
    layout.map((slot, i) => [slot.name, reshape(must(pieces[i], 'a piece'), slot.shape)]),
  );
  return { config, graph: flat.graph, weight: (name) => must(table.get(name), `the weight ${name}`) };
}

/** Queries, keys and values of one layer, each `[rows, heads, time, dim / heads]`, rotated. */
export interface Heads {
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** What a forward pass needs to know about its batch. */
export interface Batch {
  readonly rows: Dim;
  readonly time: Dim;
  /** int32 `[rows * time]`. */
  readonly tokens: Tensor;
  /** int32 `[rows * time]`: the token before each; 0 (padding) before the first. */
  readonly previous: Tensor;
  /** int64 `[1]` (position of the first column) or `[rows, time]`. */
  readonly positions: Tensor;
  /** Positions, as row numbers in `[rows * time]`, whose hidden states are wanted; all of them if left out. */
  readonly selected?: Tensor;
  /** Mixes values by attention, `[rows, heads, time, dim / heads]`. */
  readonly attend: (heads: Heads, layer: number) => Tensor;
}

/**
 * Hidden states before the output head, `[rows * time, dim]` or `[selected, dim]`. Where positions are
 * selected, all that comes after the last layer's attention is computed for them only.
 */
export function hiddenStates(model: Transformer, batch: Batch): Tensor {
  const { weight } = model;
  let x = add(
    gather(weight('embedding'), batch.tokens),
    gather(weight('embedding.previous'), batch.previous),
  );
  for (let layer = 0; layer < model.config.layers; layer++) {
    const heads = splitHeads(model, matmul(rmsNorm(x), weight(`${layer}.attention.in`)), batch);
    const isLast = layer === model.config.layers - 1;
    const narrow = (all: Tensor): Tensor => (isLast && batch.selected ? gather(all, batch.selected) : all);
    const mixed = narrow(joinHeads(model, batch.attend(heads, layer), batch));
    x = add(narrow(x), matmul(mixed, weight(`${layer}.attention.out`)));
    const inner = relu(matmul(rmsNorm(x), weight(`${layer}.mlp.in`)));
    x = add(x, matmul(inner, weight(`${layer}.mlp.out`)));
  }
  return x;
}

/** Logits of the next token, `[n, dim]` → `[n, vocab]`. */
export function outputHead(model: Transformer, hidden: Tensor): Tensor {
  return matmul(rmsNorm(hidden), model.weight('head'));
}

/** Attention of every position to itself and those before it. Padding on the right needs no other mask. */
export function causalAttention(model: Transformer, time: Dim): Batch['attend'] {
  const { context } = model.config;
  const mask = new Float32Array(context * context);
  for (let t = 0; t < context; t++) mask.fill(MASKED, t * context + t + 1, (t + 1) * context);
  const visible = leading(model.graph.floats([context, context], mask), [time, time]);
  return ({ queries, keys, values }) =>
    matmul(softmax(add(matmul(queries, keys, { transB: true, alpha: scoreScale(model) }), visible)), values);
}

/** Added to the score of what must not be seen; its exponential is exactly 0. */
export const MASKED = -1e9;

/** 1 / sqrt(head size). */
export function scoreScale({ config }: Transformer): number {
  return 1 / Math.sqrt(config.dim / config.heads);
}

/** `[rows * time, 3 dim]` → queries, keys and values with the first two rotated. */
function splitHeads(model: Transformer, projected: Tensor, batch: Batch): Heads {
  const { dim, heads } = model.config;
  const size = dim / heads;
  const all =
    batch.time === 1
      ? reshape(projected, [batch.rows, 3 * heads, 1, size])
      : transpose(reshape(projected, [batch.rows, batch.time, 3 * heads, size]), [0, 2, 1, 3]);
  const [rotatable, values] = split(all, 1, [2 * heads, heads]);
  const [cosines, sines] = rotationTables(model);
  const rotated = rotary(must(rotatable, 'queries and keys'), batch.positions, cosines, sines);
  const [queries, keys] = split(rotated, 1, [heads, heads]);
  return { queries: must(queries, 'queries'), keys: must(keys, 'keys'), values: must(values, 'values') };
}

/** `[rows, heads, time, size]` → `[rows * time, dim]`. */
function joinHeads(model: Transformer, mixed: Tensor, batch: Batch): Tensor {
  const lined = batch.time === 1 ? mixed : transpose(mixed, [0, 2, 1, 3]);
  return reshape(lined, [times(batch.rows, batch.time), model.config.dim]);
}

/** Cosines and sines of position × frequency, `[context, size / 2]`; base 10,000 as in RoFormer. */
function rotationTables({ config, graph }: Transformer): readonly [Tensor, Tensor] {
  const half = config.dim / config.heads / 2;
  const angles = Float64Array.from(
    { length: config.context * half },
    (_, i) => Math.floor(i / half) * 10_000 ** (-(i % half) / half),
  );
  const shape = [config.context, half];
  return [
    graph.floats(shape, Float32Array.from(angles, Math.cos)),
    graph.floats(shape, Float32Array.from(angles, Math.sin)),
  ];
}

/** The product of two dimensions, by name where one is symbolic. */
function times(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  return a === 1 ? b : b === 1 ? a : `${a}*${b}`;
}
