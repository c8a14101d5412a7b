import { InvariantError, must } from '../core/errors.ts';
import type { Tensor } from './graph.ts';
import { type Attributes, DATA_TYPES, type DataType, type Dim, type Shape } from './model.ts';

/** A tensor, or a number that becomes a float32 constant. */
export type Operand = Tensor | number;

export const add = (a: Operand, b: Operand): Tensor => elementwise('Add', a, b);
export const sub = (a: Operand, b: Operand): Tensor => elementwise('Sub', a, b);
export const mul = (a: Operand, b: Operand): Tensor => elementwise('Mul', a, b);
export const div = (a: Operand, b: Operand): Tensor => elementwise('Div', a, b);
export const minimum = (a: Operand, b: Operand): Tensor => elementwise('Min', a, b);
export const maximum = (a: Operand, b: Operand): Tensor => elementwise('Max', a, b);
export const greater = (a: Operand, b: Operand): Tensor => elementwise('Greater', a, b, 'bool');
export const lessOrEqual = (a: Operand, b: Operand): Tensor => elementwise('LessOrEqual', a, b, 'bool');

export const neg = (x: Tensor): Tensor => unary('Neg', x);
export const exp = (x: Tensor): Tensor => unary('Exp', x);
export const log = (x: Tensor): Tensor => unary('Log', x);
export const sqrt = (x: Tensor): Tensor => unary('Sqrt', x);
export const abs = (x: Tensor): Tensor => unary('Abs', x);
/** The same values, as constants to whoever differentiates: no gradient flows through. */
export const detach = (x: Tensor): Tensor => unary('Identity', x);
export const relu = (x: Tensor): Tensor => unary('Relu', x);
/** Softmax over the last axis. */
export const softmax = (x: Tensor): Tensor => unary('Softmax', x, { axis: -1 });
/** Natural logarithm of the softmax over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => unary('LogSoftmax', x, { axis: -1 });

/** `condition ? a : b`, element by element, with broadcasting. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [x, y] = [tensorOf(a, condition), tensorOf(b, condition)];
  const shape = broadcast(condition.shape, broadcast(x.shape, y.shape));
  return condition.graph.node('Where', [condition, x, y], x.dtype, shape);
}

export function cast(x: Tensor, dtype: DataType): Tensor {
  if (x.dtype === dtype) return x;
  return x.graph.node('Cast', [x], dtype, x.shape, { attributes: { to: DATA_TYPES[dtype] } });
}

export interface MatMulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** The product is multiplied by this; 1 by default. */
  readonly alpha?: number;
}

/**
 * Matrix product over the last two axes, the others broadcast. Anything but a plain product becomes ONNX
 * Runtime's `FusedMatMul`, which transposes while it packs.
 */
export function matmul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1 } = options;
  const [rows, inner] = lastTwo(a, transA);
  const [innerB, columns] = lastTwo(b, transB);
  if (inner !== innerB) throw new InvariantError(`matmul of [${a.shape.join()}] and [${b.shape.join()}]`);
  const shape = [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  if (!transA && !transB && alpha === 1) return a.graph.node('MatMul', [a, b], 'float32', shape);
  return a.graph.node('FusedMatMul', [a, b], 'float32', shape, {
    domain: 'com.microsoft',
    attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
  });
}

/** x / sqrt(mean(x²) + 1e-6) over the last axis, of static size (RMSNorm without a gain). */
export function rmsNorm(x: Tensor): Tensor {
  const size = x.shape.at(-1);
  if (typeof size !== 'number') throw new InvariantError('rmsNorm needs a static last dimension');
  const gain = x.graph.floats([size], new Float32Array(size).fill(1));
  const [y] = x.graph.nodeWithOutputs(
    'SimplifiedLayerNormalization',
    [x, gain],
    [
      { dtype: 'float32', shape: x.shape },
      { dtype: 'float32', shape: [...x.shape.slice(0, -1), 1] },
    ],
    { attributes: { axis: -1, epsilon: { float: 1e-6 } } },
  );
  return must(y, 'the normalized output');
}

/**
 * Rotary position embedding (Su et al. 2021), halves layout. x `[B, heads, T, size]`; positions int64
 * `[1]` (offset of the first) or `[B, T]`; cosines and sines `[context, size / 2]`.
 */
export function rotary(x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor): Tensor {
  return x.graph.node('RotaryEmbedding', [x, positions, cosines, sines], 'float32', x.shape, {
    domain: 'com.microsoft',
    attributes: { interleaved: 0 },
  });
}

/** The shape of an element-wise result. Symbolic dimensions are equal when their names are. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis): Dim => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new InvariantError(`cannot broadcast [${a.join()}] with [${b.join()}]`);
    }
    return x === 1 ? y : x;
  });
}

function elementwise(op: string, a: Operand, b: Operand, dtype?: DataType): Tensor {
  const like = typeof a === 'number' ? b : a;
  if (typeof like === 'number') throw new InvariantError(`${op} of two numbers`);
  const [x, y] = [tensorOf(a, like), tensorOf(b, like)];
  return like.graph.node(op, [x, y], dtype ?? like.dtype, broadcast(x.shape, y.shape));
}

function unary(op: string, x: Tensor, attributes: Attributes = {}): Tensor {
  return x.graph.node(op, [x], x.dtype, x.shape, { attributes });
}

function tensorOf(value: Operand, like: Tensor): Tensor {
  return typeof value === 'number' ? like.graph.scalar(value) : value;
}

function lastTwo(x: Tensor, transposed: boolean): readonly [Dim, Dim] {
  const rows = must(x.shape.at(-2), 'a matrix');
  const columns = must(x.shape.at(-1), 'a matrix');
  return transposed ? [columns, rows] : [rows, columns];
}
