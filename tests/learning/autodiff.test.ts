import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/learning/autodiff.ts';
import { RULES } from '../../src/learning/gradient-rules.ts';
import { GraphBuilder } from '../../src/onnx/graph.ts';
import * as op from '../../src/onnx/ops.ts';
import * as shape from '../../src/onnx/shape-ops.ts';
import { expectGradients } from './finite-differences.ts';
import { OPERATORS } from './operators.ts';

describe('every gradient rule agrees with finite differences', () => {
  it('has cases for every operator that has a rule', () => {
    expect(Object.keys(OPERATORS).sort()).toEqual(Object.keys(RULES).sort());
  });

  it.each(Object.entries(OPERATORS))('%s', (name, cases) =>
    fc.assert(
      fc.asyncProperty(cases, fc.nat(1000), async (example, seed) => {
        const graph = new GraphBuilder('case');
        const inputs = example.shapes.map((dims, i) => graph.input(`x${i}`, 'float32', dims));
        example.build(graph, inputs);
        expect(graph.nodes.map((node) => node.op)).toContain(name);
        await expectGradients(example, seed);
      }),
      { numRuns: 16, seed: 1 },
    ),
  );

  it('sums what a value gets from all its uses', () =>
    expectGradients(
      {
        shapes: [[3]],
        build: (_, [x]) => (x ? op.mul(x, op.add(x, op.exp(x))) : expect.fail()),
      },
      7,
    ));
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
