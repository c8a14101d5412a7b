import type { z } from 'zod';
import type { ChartState, Combiner } from '../../machines/execution.machine.ts';

/** One node of a MAS spec: its kind, and whatever that kind's schema asks for. */
export interface NodeSpec {
  readonly kind: string;
}

/** What a node kind needs of the others while it is compiled, counted or named. */
export interface Compiler {
  /** Chart of a child at `path`; its answer will be in the results under that path. */
  chart(child: NodeSpec, path: string): ChartState;
  /** Worst-case number of policy calls of a child. */
  calls(child: NodeSpec): number;
  /** Shape of a child, for statistics: structure without names. */
  shape(child: NodeSpec): string;
  /** The name that a child's state bears in charts. */
  name(child: NodeSpec): string;
}

/**
 * A kind of node in designs: how scripts write it, what it may hold, and what it means as a statechart.
 * A user adds one in one file (see examples/).
 */
export interface NodeKind<Spec extends NodeSpec = NodeSpec> {
  readonly kind: Spec['kind'];
  /** Names of the arguments of the script function that makes this node, in order. */
  readonly parameters: readonly string[];
  /** Schema of the node; children are parsed by `child`. */
  schema(child: z.ZodType<NodeSpec>): z.ZodType<Spec>;
  name(spec: Spec): string;
  shape(spec: Spec, of: Compiler): string;
  calls(spec: Spec, of: Compiler): number;
  /**
   * A compound state with a final child named `done`. When it is reached, the node's result stands
   * under `path`.
   */
  chart(spec: Spec, path: string, of: Compiler): ChartState;
  readonly combiners?: { readonly [name: string]: Combiner };
}
