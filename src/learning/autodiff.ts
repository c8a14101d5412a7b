import { InvariantError, must } from '../core/errors.ts';
import type { GraphNode, Tensor } from '../onnx/graph.ts';
import type { Shape } from '../onnx/model.ts';
import { add } from '../onnx/ops.ts';
import { reshape, sum } from '../onnx/shape-ops.ts';
import { type Backward, RULES } from './gradient-rules.ts';

/**
 * Reverse-mode differentiation. The graph itself is the tape: its nodes are walked backwards from `loss`, a
 * scalar, and each one's rule appends the operators that compute its inputs' gradients. Returns the
 * gradients by `wrt`, in order, each of its tensor's shape. Throws an InvariantError if an operator on the
 * way has no rule, or if the loss does not depend on one of `wrt`.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] {
  if (loss.shape.length > 0) throw new InvariantError(`the loss has the shape [${loss.shape.join()}]`);
  const { graph } = loss;
  const tape = [...graph.nodes];
  const wanted = dependents(tape, wrt);
  const known = new Map<string, Tensor>([[loss.name, graph.scalar(1)]]);

  for (const node of tape.reverse()) {
    if (!node.inputs.some((input) => input && wanted.has(input.name))) continue;
    const gs = node.outputs.map((output) => known.get(output.name));
    if (gs.every((g) => g === undefined)) continue;
    const rule = must(RULES[node.op], `a gradient rule for ${node.op}`)(backward(node, gs));
    node.inputs.forEach((input, i) => {
      if (!input || !wanted.has(input.name)) return;
      const partial = must(rule[i], `${node.op} to be differentiable by input ${i}`)();
      const part = sumTo(partial, input.shape);
      const soFar = known.get(input.name);
      known.set(input.name, soFar ? add(soFar, part) : part);
    });
  }
  return wrt.map((tensor) => must(known.get(tensor.name), `the loss to depend on ${tensor.name}`));
}

/** Names of all float values that depend on `wrt`. */
function dependents(tape: readonly GraphNode[], wrt: readonly Tensor[]): ReadonlySet<string> {
  const names = new Set(wrt.map((tensor) => tensor.name));
  for (const node of tape) {
    // `detach` of ops.ts: what comes out is a constant.
    if (node.op === 'Identity') continue;
    if (!node.inputs.some((input) => input && names.has(input.name))) continue;
    for (const output of node.outputs) if (output.dtype === 'float32') names.add(output.name);
  }
  return names;
}

/** Sums a gradient over the axes along which its input was broadcast. */
function sumTo(g: Tensor, shape: Shape): Tensor {
  const extra = g.shape.length - shape.length;
  const axes = g.shape.flatMap((dim, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dim !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return g;
  const summed = sum(g, axes);
  return extra === 0 ? summed : reshape(summed, shape);
}

function backward(node: GraphNode, gs: readonly (Tensor | undefined)[]): Backward {
  const input = (i: number): Tensor => must(node.inputs[i], `input ${i} of ${node.op}`);
  return {
    node,
    gs,
    get g() {
      return must(gs[0], `a gradient by the first output of ${node.op}`);
    },
    y: must(node.outputs[0], `an output of ${node.op}`),
    get a() {
      return input(0);
    },
    get b() {
      return input(1);
    },
    get c() {
      return input(2);
    },
  };
}
