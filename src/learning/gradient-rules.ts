import { InvariantError, must } from '../core/errors.ts';
import type { GraphNode, Tensor } from '../onnx/graph.ts';
import * as op from '../onnx/ops.ts';
import * as shape from '../onnx/shape-ops.ts';

/** An operator as its gradient rule sees it. */
export interface Backward {
  readonly node: GraphNode;
  /** Gradient of the loss by the (first) output. */
  readonly g: Tensor;
  /** Gradients by all outputs, `undefined` for those that the loss does not depend on. */
  readonly gs: readonly (Tensor | undefined)[];
  readonly y: Tensor;
  /** The first three inputs; reading one that is not there is an error. */
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
}

/**
 * One function per input, called only if that input's gradient is wanted; inputs past the end have none.
 * Where the operator broadcasts, a gradient may have the output's shape: `gradients` sums it down.
 */
export type Rule = (at: Backward) => readonly ((() => Tensor) | undefined)[];

export const RULES: Readonly<Record<string, Rule>> = {
  Add: ({ g }) => [() => g, () => g],
  Sub: ({ g }) => [() => g, () => op.neg(g)],
  Mul: ({ g, a, b }) => [() => op.mul(g, b), () => op.mul(g, a)],
  Div: ({ g, y, b }) => [() => op.div(g, b), () => op.neg(op.div(op.mul(g, y), b))],
  Neg: ({ g }) => [() => op.neg(g)],
  Exp: ({ g, y }) => [() => op.mul(g, y)],
  Log: ({ g, a }) => [() => op.div(g, a)],
  Sqrt: ({ g, y }) => [() => op.div(op.mul(g, 0.5), y)],
  Relu: ({ g, y }) => [() => op.mul(g, op.cast(op.greater(y, 0), 'float32'))],
  // Where both are equal, the first input takes the whole gradient.
  Min: ({ g, a, b }) => [() => op.where(op.lessOrEqual(a, b), g, 0), () => op.where(op.greater(a, b), g, 0)],
  Max: ({ g, a, b }) => [() => op.where(op.lessOrEqual(b, a), g, 0), () => op.where(op.greater(b, a), g, 0)],
  Where: ({ g, a }) => [undefined, () => op.where(a, g, 0), () => op.where(a, 0, g)],

  // C = α A' B', where A' is A or its transpose: dA' = α dC B'ᵀ and dB' = α A'ᵀ dC.
  MatMul: (at) => matmulRule(at, false, false, 1),
  FusedMatMul: (at) => {
    const { transA, transB, alpha } = at.node.attributes;
    return matmulRule(at, transA === 1, transB === 1, floatOf(alpha));
  },

  Softmax: ({ g, y }) => [() => op.mul(y, op.sub(g, shape.sum(op.mul(g, y), [-1])))],
  LogSoftmax: ({ g, y }) => [() => op.sub(g, op.mul(op.exp(y), shape.sum(g, [-1])))],
  // y = x / rms(x): the part of g along y does not change y.
  SimplifiedLayerNormalization: ({ g, y, node }) => [
    () => {
      const inverse = must(node.outputs[1], 'the inverse root mean square');
      return op.mul(inverse, op.sub(g, op.mul(y, shape.mean(op.mul(g, y), [-1]))));
    },
  ],
  // A rotation's gradient is the rotation back.
  RotaryEmbedding: ({ g, b, c, node }) => [() => op.rotary(g, b, c, op.neg(must(node.inputs[3], 'sines')))],

  // Reductions keep their axes as 1, so that gradients broadcast back.
  ReduceSum: ({ g, a }) => [() => shape.expand(g, a.shape)],
  ReduceMean: ({ g, a, y }) => [() => shape.expand(op.mul(g, 1 / reducedCount(a, y)), a.shape)],
  ReduceSumSquare: ({ g, a }) => [() => op.mul(op.mul(a, 2), g)],

  Reshape: ({ g, a }) => [() => shape.reshape(g, a.shape)],
  Transpose: ({ g, node }) => {
    const order = listOf(node.attributes.perm);
    return [
      () =>
        shape.transpose(
          g,
          order.map((_, axis) => order.indexOf(axis)),
        ),
    ];
  },
  Split: ({ gs, node }) => [
    () =>
      shape.concat(
        node.outputs.map((y, i) => gs[i] ?? shape.zeros(y, y.shape)),
        numberOf(node.attributes.axis),
      ),
  ],
  Concat: ({ g, node }) => {
    const axis = numberOf(node.attributes.axis);
    const sizes = node.inputs.map((input) => numberOf(input?.shape[axis]));
    const pieces = shape.split(g, axis, sizes);
    return pieces.map((piece) => () => piece);
  },
  Gather: ({ g, a, b }) => [() => shape.addRows(shape.zeros(a, a.shape), op.cast(b, 'int64'), g)],
  GatherElements: ({ g, a, b }) => [() => shape.addPicked(shape.zeros(a, a.shape), b, g)],
  ScatterElements: ({ g, b }) => [() => g, undefined, () => shape.pick(g, b)],
};

function matmulRule(at: Backward, transA: boolean, transB: boolean, alpha: number): ReturnType<Rule> {
  const { a, b, g } = at;
  return [
    () =>
      transA
        ? op.matmul(b, g, { transA: transB, transB: true, alpha })
        : op.matmul(g, b, { transB: !transB, alpha }),
    () =>
      transB
        ? op.matmul(g, a, { transA: true, transB: transA, alpha })
        : op.matmul(a, g, { transA: !transA, alpha }),
  ];
}

/** How many elements of `a` went into one of `y`. */
function reducedCount(a: Tensor, y: Tensor): number {
  return a.shape.reduce<number>((product, dim, axis) => {
    if (y.shape[axis] !== 1 || dim === 1) return product;
    return product * numberOf(dim);
  }, 1);
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new InvariantError('expected a number');
  return value;
}

function floatOf(value: unknown): number {
  if (typeof value === 'object' && value !== null && 'float' in value) return numberOf(value.float);
  throw new InvariantError('expected a float attribute');
}

function listOf(value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw new InvariantError('expected a list attribute');
  return value.map(numberOf);
}
