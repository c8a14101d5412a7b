import { expect } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { gradients } from '../../src/learning/autodiff.ts';
import { GraphBuilder, type Tensor } from '../../src/onnx/graph.ts';
import { mul } from '../../src/onnx/ops.ts';
import { localSession, output } from '../../src/onnx/session.ts';
import { total } from '../../src/onnx/shape-ops.ts';

export interface Case {
  readonly shapes: readonly (readonly number[])[];
  /** Makes the operator's output from inputs of those shapes. */
  readonly build: (graph: GraphBuilder, inputs: readonly Tensor[]) => Tensor;
  /** Values of at least 0.3, or at least so far from 0, for operators that need them. */
  readonly values?: 'positive' | 'away from 0';
}

const STEP = 1e-2;

/**
 * Emits Σ c·y of an operator with random c, and its gradients; runs both; compares each partial derivative
 * with the central difference. Values lie on a lattice that is offset for each input, so that neither 0 nor
 * ties between inputs, where kinks are, come within a step.
 */
export async function expectGradients({ shapes, build, values: kind }: Case, seed: number): Promise<void> {
  const random = new RandomStream(seed, 'finite-differences');
  const values = shapes.map((shape, i) =>
    Float32Array.from({ length: sizeOf(shape) }, () => {
      const value = Math.round(random.normal() * 5) / 5 + 0.06 * (i + 1);
      if (kind === 'positive') return Math.abs(value) + 0.3;
      return kind === 'away from 0' ? value + Math.sign(value) * 0.3 : value;
    }),
  );
  const graph = new GraphBuilder('case');
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, 'float32', shape));
  const y = build(graph, inputs);
  const c = Float32Array.from({ length: sizeOf(y.shape) }, () => random.normal());
  const partials = gradients(total(mul(y, graph.floats(y.shape.map(Number), c))), inputs);
  graph.output('y', y);
  partials.forEach((partial, i) => {
    expect(partial.shape).toEqual(shapes[i]);
    graph.output(`g${i}`, partial);
  });
  const session = await localSession(graph.build());
  const run = () =>
    session.run(Object.fromEntries(values.map((data, i) => [`x${i}`, { data, dims: shapes[i] ?? [] }])));
  const value = async (): Promise<number> => {
    const data = output(await run(), 'y');
    return data.reduce((sum, element, i) => sum + element * (c[i] ?? 0), 0);
  };
  const exact = await run();
  for (const [i, data] of values.entries()) {
    const gradient = output(exact, `g${i}`);
    for (let j = 0; j < data.length; j++) {
      const at = data[j] ?? 0;
      data[j] = at + STEP;
      const above = await value();
      data[j] = at - STEP;
      const below = await value();
      data[j] = at;
      const numeric = (above - below) / (2 * STEP);
      const error = Math.abs(numeric - (gradient[j] ?? Number.NaN));
      expect(error, `input ${i}, element ${j}: ${gradient[j]} against ${numeric}`).toBeLessThan(
        5e-3 * (1 + Math.abs(numeric)),
      );
    }
  }
  await session.close();
}

export const sizeOf = (shape: readonly (number | string)[]): number =>
  shape.reduce<number>((product, dim) => product * Number(dim), 1);
