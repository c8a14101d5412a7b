import { RandomStream } from '../../src/core/random.ts';
import { GraphBuilder, type Tensor } from '../../src/onnx/graph.ts';
import type { Dim, Shape } from '../../src/onnx/model.ts';
import { type MatMulOptions, matmul } from '../../src/onnx/ops.ts';
import type { Feed } from '../../src/onnx/session.ts';
import { leading, reshape } from '../../src/onnx/shape-ops.ts';
import type { TransformerConfig } from '../../src/policies/parameters.ts';

/** Sizes of a training batch: B rows of T positions, K of which are learned. */
export interface BatchSizes {
  readonly B: number;
  readonly T: number;
  readonly K: number;
}

/** A product C = α A B (or α A Bᵀ) of the forward pass, over the last two axes. */
interface Product {
  readonly a: Shape;
  readonly b: Shape;
  readonly transB?: boolean;
  readonly alpha?: number;
}

/**
 * The matrix products of a training step, by shape: projections, attention's batched ones, MLP and head.
 * From the last layer's attention on, a step computes the K learned positions only.
 */
function products({ dim, heads, hidden, layers, vocab }: TransformerConfig): readonly Product[] {
  const size = dim / heads;
  const all: Dim = 'N';
  const list: Product[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const rest: Dim = layer === layers - 1 ? 'K' : all;
    list.push(
      { a: [all, dim], b: [dim, 3 * dim] },
      { a: ['B', heads, 'T', size], b: ['B', heads, 'T', size], transB: true, alpha: 1 / Math.sqrt(size) },
      { a: ['B', heads, 'T', 'T'], b: ['B', heads, 'T', size] },
      { a: [rest, dim], b: [dim, dim] },
      { a: [rest, dim], b: [dim, hidden] },
      { a: [rest, hidden], b: [hidden, dim] },
    );
  }
  return [...list, { a: ['K', dim], b: [dim, vocab] }];
}

/**
 * A model of nothing but the matrix products of a training step: each of the forward pass, and the two that
 * its gradients take, with the operators that the step uses. Operands are inputs, as a step's weights are,
 * so that ONNX Runtime can neither fold nor pack anything beforehand. Of each product one element leaves the
 * model, so that none is dropped and next to nothing is copied.
 */
export function matmulGraph(config: TransformerConfig): Uint8Array {
  const graph = new GraphBuilder('matmuls');
  const operands = new Map<string, Tensor>();
  const operand = (shape: Shape): Tensor => {
    const name = nameOf(shape);
    const known = operands.get(name) ?? graph.input(name, 'float32', shape);
    operands.set(name, known);
    return known;
  };
  let count = 0;
  const multiply = (a: Tensor, b: Tensor, options: MatMulOptions): Shape => {
    const product = matmul(a, b, options);
    const corner = leading(
      product,
      product.shape.map(() => 1),
    );
    graph.output(`corner${count++}`, reshape(corner, [1]));
    return product.shape;
  };
  for (const { a: left, b: right, transB = false, alpha = 1 } of products(config)) {
    const [a, b] = [operand(left), operand(right)];
    const g = operand(multiply(a, b, { transB, alpha }));
    multiply(g, b, { transB: !transB, alpha });
    if (transB) multiply(g, a, { transA: true, alpha });
    else multiply(a, g, { transA: true, alpha });
  }
  return graph.build();
}

/** Random operands for {@link matmulGraph}. */
export function matmulFeeds(config: TransformerConfig, sizes: BatchSizes): { readonly [name: string]: Feed } {
  const random = new RandomStream(1, 'bench', 'matmuls');
  const noise = Float32Array.from({ length: 4096 }, () => random.normal());
  const feeds: { [name: string]: Feed } = {};
  for (const { a, b, transB } of products(config)) {
    const columns = (transB === true ? b.at(-2) : b.at(-1)) ?? 1;
    for (const shape of [a, b, [...a.slice(0, -1), columns]]) {
      const dims = shape.map((dim) => sizeOf(dim, sizes));
      const length = dims.reduce((product, dim) => product * dim, 1);
      const data = Float32Array.from({ length }, (_, i) => noise[i % noise.length] ?? 0);
      feeds[nameOf(shape)] ??= { data, dims };
    }
  }
  return feeds;
}

/** Floating-point operations of {@link matmulGraph}, 10⁹: two for each multiplication, three products each. */
export function matmulGflop(config: TransformerConfig, sizes: BatchSizes): number {
  const flop = products(config).reduce((sum, { a, b, transB }) => {
    const columns = (transB === true ? b.at(-2) : b.at(-1)) ?? 1;
    const volume = [...a, columns].reduce((product: number, dim) => product * sizeOf(dim, sizes), 1);
    return sum + 3 * 2 * volume;
  }, 0);
  return flop / 1e9;
}

function nameOf(shape: Shape): string {
  return `x_${shape.join('_')}`;
}

function sizeOf(dim: Dim, { B, T, K }: BatchSizes): number {
  if (typeof dim === 'number') return dim;
  return { B, T, K, N: B * T }[dim] ?? 1;
}
