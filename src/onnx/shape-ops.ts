import { must } from '../core/errors.ts';
import type { Tensor } from './graph.ts';
import type { Dim, Shape } from './model.ts';
import { broadcast } from './ops.ts';

/** The same elements in row-major order under another shape; the caller vouches for the element count. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const symbolic = shape.filter((dim) => typeof dim === 'string').length;
  const target =
    symbolic === 1
      ? x.graph.int64s(
          [shape.length],
          shape.map((dim) => (typeof dim === 'string' ? -1 : dim)),
        )
      : x.graph.shapeTensor(shape);
  return x.graph.node('Reshape', [x, target], x.dtype, shape);
}

/** Output axis `i` is input axis `order[i]`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => must(x.shape[axis], `axis ${axis}`));
  return x.graph.node('Transpose', [x], x.dtype, shape, { attributes: { perm: order } });
}

/** Cuts `axis` into pieces of the given sizes. */
export function split(x: Tensor, axis: number, sizes: Shape): readonly Tensor[] {
  const outputs = sizes.map((size) => ({
    dtype: x.dtype,
    shape: x.shape.map((dim, i): Dim => (i === axis ? size : dim)),
  }));
  return x.graph.nodeWithOutputs('Split', [x, x.graph.shapeTensor(sizes)], outputs, {
    attributes: { axis },
  });
}

/** Joins tensors along `axis`, whose sizes must be static unless there is only one tensor. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = must(parts[0], 'something to concatenate');
  const sizes = parts.map((part) => part.shape[axis]);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : sizes.join('+');
  const shape = first.shape.map((dim, i): Dim => (i === axis ? total : dim));
  return first.graph.node('Concat', parts, first.dtype, shape, { attributes: { axis } });
}

/** The first `sizes[i]` elements of each leading axis. Not differentiable: for constants and masks. */
export function leading(x: Tensor, sizes: Shape): Tensor {
  const { graph } = x;
  const axes = sizes.map((_, i) => i);
  const zeros = graph.int64s(
    [sizes.length],
    axes.map(() => 0),
  );
  const shape = [...sizes, ...x.shape.slice(sizes.length)];
  return graph.node(
    'Slice',
    [x, zeros, graph.shapeTensor(sizes), graph.int64s([sizes.length], axes)],
    x.dtype,
    shape,
  );
}

export const sum = (x: Tensor, axes: readonly number[], keep = true): Tensor =>
  reduce('ReduceSum', x, axes, keep);
export const mean = (x: Tensor, axes: readonly number[], keep = true): Tensor =>
  reduce('ReduceMean', x, axes, keep);
/** Sum of all elements, as a scalar. */
export const total = (x: Tensor): Tensor => sum(x, allAxes(x), false);
/** Sum of all squared elements, as a scalar. */
export const totalOfSquares = (x: Tensor): Tensor => reduce('ReduceSumSquare', x, allAxes(x), false);
/** The greatest element, as a scalar. */
export const greatest = (x: Tensor): Tensor => reduce('ReduceMax', x, allAxes(x), false);

/** Rows of a table: `table [n, …]`, int32 or int64 indices of any shape → `[…indices, …]`. */
export function gather(table: Tensor, indices: Tensor): Tensor {
  const shape = [...indices.shape, ...table.shape.slice(1)];
  return table.graph.node('Gather', [table, indices], table.dtype, shape, { attributes: { axis: 0 } });
}

/** One element per row: `x [n, m]`, indices `[n, 1]` → `[n, 1]`. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  return x.graph.node('GatherElements', [x, indices], x.dtype, indices.shape, { attributes: { axis: 1 } });
}

/** Adds one element to each row: `x [n, m]`, indices and updates `[n, 1]`. */
export function addPicked(x: Tensor, indices: Tensor, updates: Tensor): Tensor {
  return x.graph.node('ScatterElements', [x, indices, updates], x.dtype, x.shape, {
    attributes: { axis: 1, reduction: 'add' },
  });
}

/** Adds rows into a table: `table [n, d]`, int64 indices `[k]`, rows `[k, d]`, in the order of the rows. */
export function addRows(table: Tensor, indices: Tensor, rows: Tensor): Tensor {
  const paths = reshape(indices, [...indices.shape, 1]);
  return table.graph.node('ScatterND', [table, paths, rows], table.dtype, table.shape, {
    attributes: { reduction: 'add' },
  });
}

/** A float32 tensor of zeros. */
export function zeros(like: Tensor, shape: Shape): Tensor {
  return like.graph.node('ConstantOfShape', [like.graph.shapeTensor(shape)], 'float32', shape);
}

export function expand(x: Tensor, shape: Shape): Tensor {
  return x.graph.node('Expand', [x, x.graph.shapeTensor(shape)], x.dtype, broadcast(x.shape, shape));
}

/** Reduces with the axes kept as 1, which lets a gradient broadcast back, then drops them if so wished. */
function reduce(op: string, x: Tensor, axes: readonly number[], keep: boolean): Tensor {
  const positive = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const shape = x.shape.map((dim, i): Dim => (positive.includes(i) ? 1 : dim));
  const list = x.graph.int64s([positive.length], positive);
  const kept = x.graph.node(op, [x, list], x.dtype, shape, { attributes: { keepdims: 1 } });
  if (keep) return kept;
  return reshape(
    kept,
    x.shape.filter((_, i) => !positive.includes(i)),
  );
}

function allAxes(x: Tensor): readonly number[] {
  return x.shape.map((_, axis) => axis);
}
