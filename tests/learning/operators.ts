import fc from 'fast-check';
import type { GraphBuilder, Tensor } from '../../src/onnx/graph.ts';
import * as op from '../../src/onnx/ops.ts';
import * as shape from '../../src/onnx/shape-ops.ts';
import { type Case, sizeOf } from './finite-differences.ts';

const dims = (minLength: number, maxLength = 3) =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });

/** A shape and one that broadcasts with it: axes dropped in front, others 1; in either order. */
const broadcastPair = (minLength: number, maxLength = 3) =>
  dims(minLength, maxLength)
    .chain((full) =>
      fc.tuple(
        fc.constant(full),
        fc.integer({ min: 0, max: full.length }),
        fc.array(fc.boolean(), { minLength: maxLength, maxLength }),
        fc.boolean(),
      ),
    )
    .map(([full, drop, ones, swap]) => {
      const other = full.slice(drop).map((dim, i) => (ones[i] ? 1 : dim));
      return swap ? ([other, full] as const) : ([full, other] as const);
    });

type Values = NonNullable<Case['values']>;

const binary = (apply: (a: Tensor, b: Tensor) => Tensor, values?: Values): fc.Arbitrary<Case> =>
  broadcastPair(1).map((shapes) => ({
    shapes,
    build: (_, xs) => apply(at(xs, 0), at(xs, 1)),
    ...(values === undefined ? {} : { values }),
  }));

const unary = (apply: (x: Tensor) => Tensor, values?: Values): fc.Arbitrary<Case> =>
  dims(1).map((only) => one(only, (_, x) => apply(x), values));

/** An operator of one input, whose other arguments are drawn for its shape. */
const shaped = <T>(
  shapes: fc.Arbitrary<number[]>,
  draw: (dims: readonly number[]) => fc.Arbitrary<T>,
  apply: (x: Tensor, drawn: T, graph: GraphBuilder) => Tensor,
): fc.Arbitrary<Case> =>
  shapes.chain((only) => draw(only).map((drawn) => one(only, (graph, x) => apply(x, drawn, graph))));

const product = (
  options: fc.Arbitrary<Required<op.MatMulOptions>>,
  build: (a: Tensor, b: Tensor, options: op.MatMulOptions) => Tensor,
): fc.Arbitrary<Case> =>
  fc
    .tuple(broadcastPair(0, 2), fc.tuple(size, size, size), options)
    .map(([[batchA, batchB], [rows, inner, columns], chosen]) => ({
      shapes: [
        [...batchA, ...(chosen.transA ? [inner, rows] : [rows, inner])],
        [...batchB, ...(chosen.transB ? [columns, inner] : [inner, columns])],
      ],
      build: (_, xs) => build(at(xs, 0), at(xs, 1), chosen),
    }));

const size = fc.integer({ min: 1, max: 4 });
const axesOf = (only: readonly number[]) => fc.subarray([...only.keys()], { minLength: 1 });
const axisOf = (only: readonly number[]) => fc.nat(only.length - 1);
const indicesOf = (shapes: fc.Arbitrary<number[]>, rows: number) =>
  shapes.chain((only) =>
    fc
      .array(fc.nat(rows - 1), { minLength: sizeOf(only), maxLength: sizeOf(only) })
      .map((ids) => ({ only, ids })),
  );

/** Cases of every operator that has a gradient rule, by its name in ONNX. */
export const OPERATORS: { readonly [operator: string]: fc.Arbitrary<Case> } = {
  Add: binary(op.add),
  Sub: binary(op.sub),
  Mul: binary(op.mul),
  Div: binary(op.div, 'away from 0'),
  Min: binary(op.minimum),
  Max: binary(op.maximum),
  Neg: unary(op.neg),
  Exp: unary(op.exp),
  Log: unary(op.log, 'positive'),
  Sqrt: unary(op.sqrt, 'positive'),
  Relu: unary(op.relu),
  Softmax: unary(op.softmax),
  LogSoftmax: unary(op.logSoftmax),
  SimplifiedLayerNormalization: unary(op.rmsNorm, 'away from 0'),
  Where: fc.tuple(broadcastPair(1), fc.boolean()).map(([shapes, swap]) => ({
    shapes,
    build: (graph, xs) => {
      const dims = shapes[swap ? 0 : 1].map(Number);
      const signs = Float32Array.from({ length: sizeOf(dims) }, (_, i) => ((i * 7) % 3) - 1);
      return op.where(op.greater(graph.floats(dims, signs), 0), at(xs, 0), at(xs, 1));
    },
  })),

  MatMul: product(fc.constant({ transA: false, transB: false, alpha: 1 }), op.matmul),
  FusedMatMul: product(
    fc
      .record({ transA: fc.boolean(), transB: fc.boolean(), alpha: fc.constantFrom(1, 0.5, -2) })
      .filter(({ transA, transB, alpha }) => transA || transB || alpha !== 1),
    op.matmul,
  ),
  RotaryEmbedding: fc
    .tuple(fc.tuple(size, size, size, fc.constantFrom(2, 4, 6)), fc.nat(3))
    .map(([[rows, heads, time, width], offset]) =>
      one([rows, heads, time, width], (graph, x) => {
        const table = [8, width / 2];
        const angles = Float32Array.from({ length: sizeOf(table) }, (_, i) => 0.7 * i);
        const positions = graph.int64s([1], [offset]);
        const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
        return op.rotary(x, positions, graph.floats(table, cosines), graph.floats(table, sines));
      }),
    ),

  ReduceSum: shaped(
    dims(1),
    (only) => fc.tuple(axesOf(only), fc.boolean()),
    (x, [axes, keep]) => shape.sum(x, axes, keep),
  ),
  ReduceMean: shaped(
    dims(1),
    (only) => fc.tuple(axesOf(only), fc.boolean()),
    (x, [axes, keep]) => shape.mean(x, axes, keep),
  ),
  ReduceSumSquare: unary(shape.totalOfSquares),

  Reshape: shaped(
    dims(1),
    (only) => fc.constantFrom([sizeOf(only)], [...only].reverse(), [1, ...only]),
    shape.reshape,
  ),
  Transpose: shaped(
    dims(2),
    (only) => fc.shuffledSubarray([...only.keys()], { minLength: only.length }),
    shape.transpose,
  ),
  // Of two pieces, the second one may not matter for the loss.
  Split: shaped(
    dims(1).map((only) => only.map((dim) => dim + 1)),
    (only) =>
      axisOf(only).chain((axis) => fc.tuple(fc.constant(axis), fc.nat((only[axis] ?? 2) - 2), fc.boolean())),
    (x, [axis, before, both]) => {
      const first = before + 1;
      const pieces = shape.split(x, axis, [first, Number(x.shape[axis]) - first]);
      return both ? shape.concat([at(pieces, 1), at(pieces, 0)], axis) : at(pieces, 0);
    },
  ),
  Concat: fc.tuple(dims(1), fc.array(size, { minLength: 1, maxLength: 3 })).chain(([only, sizes]) =>
    axisOf(only).map((axis) => ({
      shapes: sizes.map((piece) => only.with(axis, piece)),
      build: (_, xs) => shape.concat(xs, axis),
    })),
  ),
  Gather: shaped(
    dims(1),
    ([rows = 1]) => indicesOf(dims(1, 2), rows),
    (x, { only, ids }, graph) => shape.gather(x, graph.int32s(only, ids)),
  ),
  GatherElements: shaped(
    dims(2, 2),
    ([rows = 1, columns = 1]) => indicesOf(fc.constant([rows, 1]), columns),
    (x, { only, ids }, graph) => shape.pick(x, graph.int32s(only, ids)),
  ),
  ScatterElements: dims(2, 2).chain(([rows = 1, columns = 1]) =>
    indicesOf(fc.constant([rows, 1]), columns).map(({ only, ids }) => ({
      shapes: [
        [rows, columns],
        [rows, 1],
      ],
      build: (graph, xs) => shape.addPicked(at(xs, 0), graph.int32s(only, ids), at(xs, 1)),
    })),
  ),
};

function one(
  only: readonly number[],
  build: (graph: GraphBuilder, x: Tensor) => Tensor,
  values?: Values,
): Case {
  const given = {
    shapes: [only],
    build: (graph: GraphBuilder, xs: readonly Tensor[]) => build(graph, at(xs, 0)),
  };
  return values === undefined ? given : { ...given, values };
}

function at(xs: readonly Tensor[], index: number): Tensor {
  const x = xs[index];
  if (x === undefined) throw new Error(`there is no tensor ${index}`);
  return x;
}
