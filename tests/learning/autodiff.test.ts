import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/learning/autodiff.ts';
import { GraphBuilder, type Tensor } from '../../src/onnx/graph.ts';
import * as op from '../../src/onnx/ops.ts';
import * as shape from '../../src/onnx/shape-ops.ts';
import { type Case, expectGradients } from './finite-differences.ts';

const binary = {
  add: op.add,
  sub: op.sub,
  mul: op.mul,
  div: op.div,
  minimum: op.minimum,
  maximum: op.maximum,
};
const unary = {
  neg: op.neg,
  exp: op.exp,
  log: op.log,
  sqrt: op.sqrt,
  relu: op.relu,
  softmax: op.softmax,
  logSoftmax: op.logSoftmax,
  rmsNorm: op.rmsNorm,
};
const first = (xs: readonly Tensor[]): Tensor => xs[0] ?? fail();
const second = (xs: readonly Tensor[]): Tensor => xs[1] ?? fail();
const fail = (): never => {
  throw new Error('a missing tensor');
};

/** A shape and one that broadcasts with it: axes dropped in front, others 1. */
const broadcastPair = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
  .chain((full) =>
    fc.tuple(
      fc.constant(full),
      fc.integer({ min: 0, max: full.length }),
      fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
    ),
  )
  .map(([full, drop, ones, swap]) => {
    const other = full.slice(drop).map((dim, i) => (ones[i] ? 1 : dim));
    return swap ? [other, full] : [full, other];
  });

describe('every gradient rule agrees with finite differences', () => {
  for (const [name, apply] of Object.entries(binary)) {
    it(`${name}, with any broadcasting`, () =>
      fc.assert(
        fc.asyncProperty(broadcastPair, fc.nat(1000), (shapes, seed) =>
          expectGradients(
            { shapes, build: (_, xs) => apply(first(xs), second(xs)), positive: name === 'div' },
            seed,
          ),
        ),
        { numRuns: 8, seed: 1 },
      ));
  }
  for (const [name, apply] of Object.entries(unary)) {
    it(name, () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 3 }),
          fc.nat(1000),
          (dims, seed) =>
            expectGradients(
              {
                shapes: [dims],
                build: (_, xs) => apply(first(xs)),
                positive: name === 'log' || name === 'sqrt',
              },
              seed,
            ),
        ),
        { numRuns: 6, seed: 2 },
      ),
    );
  }
  for (const transA of [false, true]) {
    for (const transB of [false, true]) {
      it(`matmul, transA ${transA}, transB ${transB}, with and without batch axes`, async () => {
        const a = transA ? [3, 2] : [2, 3];
        const b = transB ? [4, 3] : [3, 4];
        for (const batch of [[], [2], [2, 2]]) {
          for (const alpha of [1, 0.5]) {
            await expectGradients(
              {
                shapes: [
                  [...batch, ...a],
                  [...batch, ...b],
                ],
                build: (_, xs) => op.matmul(first(xs), second(xs), { transA, transB, alpha }),
              },
              batch.length,
            );
          }
        }
      });
    }
  }

  const others: Record<string, Case> = {
    'matmul of a batch with one matrix': {
      shapes: [
        [2, 2, 3],
        [3, 2],
      ],
      build: (_, xs) => op.matmul(first(xs), second(xs)),
    },
    sum: { shapes: [[2, 3, 2]], build: (_, xs) => shape.sum(first(xs), [1, -1]) },
    'sum without its axes': { shapes: [[2, 3]], build: (_, xs) => shape.sum(first(xs), [0], false) },
    mean: { shapes: [[2, 3]], build: (_, xs) => shape.mean(first(xs), [-1]) },
    'total of squares': { shapes: [[2, 3]], build: (_, xs) => shape.totalOfSquares(first(xs)) },
    reshape: { shapes: [[2, 6]], build: (_, xs) => shape.reshape(first(xs), [3, 4]) },
    transpose: { shapes: [[2, 3, 4]], build: (_, xs) => shape.transpose(first(xs), [1, 2, 0]) },
    'split, one piece unused': {
      shapes: [[2, 6]],
      build: (_, xs) => {
        const [a, , c] = shape.split(first(xs), 1, [2, 2, 2]);
        return op.mul(a ?? fail(), c ?? fail());
      },
    },
    concat: {
      shapes: [
        [2, 1],
        [2, 3],
      ],
      build: (_, xs) => shape.concat(xs, 1),
    },
    'gather with a repeated row': {
      shapes: [[4, 2]],
      build: (g, xs) => shape.gather(first(xs), g.int32s([3], [1, 3, 1])),
    },
    pick: { shapes: [[3, 4]], build: (g, xs) => shape.pick(first(xs), g.int32s([3, 1], [2, 0, 3])) },
    addPicked: {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      build: (g, xs) => shape.addPicked(first(xs), g.int32s([2, 1], [2, 0]), second(xs)),
    },
    where: {
      shapes: [[2, 3], [3]],
      build: (_, xs) => op.where(op.greater(first(xs), 0), first(xs), second(xs)),
    },
    rotary: {
      shapes: [[2, 2, 3, 4]],
      build: (g, xs) => {
        const angles = Float32Array.from({ length: 10 }, (_, i) => i * 0.7);
        return op.rotary(
          first(xs),
          g.int64s([1], [1]),
          g.floats([5, 2], angles.map(Math.cos)),
          g.floats([5, 2], angles.map(Math.sin)),
        );
      },
    },
    'a value used three times': {
      shapes: [[3]],
      build: (_, xs) => op.mul(first(xs), op.add(first(xs), op.exp(first(xs)))),
    },
  };
  for (const [name, example] of Object.entries(others)) it(name, () => expectGradients(example, 7));
});

describe('gradients', () => {
  it('refuses a loss that is not a scalar', () => {
    const x = new GraphBuilder('g').input('x', 'float32', [2]);
    expect(() => gradients(op.exp(x), [x])).toThrow('shape [2]');
  });

  it('names the operator that has no rule', () => {
    const x = new GraphBuilder('g').input('x', 'float32', [2]);
    expect(() => gradients(shape.greatest(x), [x])).toThrow('ReduceMax');
  });
});
