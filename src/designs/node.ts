import type { z } from 'zod';
import type { ChartState, Combiner } from '../../machines/chart.ts';

/** One node of a MAS spec: its kind, and whatever that kind's schema asks for. */
export interface NodeSpec {
  readonly kind: string;
  /** The name that its script gives it, where that is another than the one that charts bear. */
  readonly title?: string | undefined;
}

/** Worst case of one execution of a node. */
export interface Bounds {
  /** Policy calls. */
  readonly calls: number;
  /** Sampled tokens. */
  readonly tokens: number;
  /** Interpreter steps of tools, of public tests and of the script's own functions. */
  readonly toolSteps: number;
}

/** Where a node stands in a design. */
export interface Place {
  /**
   * Names of the nodes above it and its own, dotted; its result stands under this path. What a node keeps for
   * itself below its path has a capital letter or an underscore, which no node's name has.
   */
  readonly path: string;
  /** Nodes whose answers it may see, where they have one. */
  readonly sees: readonly string[];
}

/** Something that a node says and that cannot be meant, beyond what a schema can tell. */
export interface Fault {
  readonly check: 'names' | 'transitions' | 'reachable';
  readonly message: string;
}

/** What a node kind needs of the others while it is compiled, counted or named. */
export interface Compiler {
  /** Chart of a child; its answer will be in the results under the place's path. */
  chart(child: NodeSpec, at: Place): ChartState;
  bounds(child: NodeSpec): Bounds;
  /** Shape of a child, for statistics: structure without names. */
  shape(child: NodeSpec): string;
  /** The name that a child's state bears in charts. */
  name(child: NodeSpec): string;
  /** Tokens of a policy call that sets no limit of its own. */
  readonly tokensPerCall: number;
}

/**
 * A kind of node in designs: how scripts write it, what it may hold, and what it means as a statechart.
 * A user adds one in one file (see examples/).
 */
export interface NodeKind<Spec extends NodeSpec = NodeSpec> {
  readonly kind: Spec['kind'];
  /** Names of the arguments of the script function that makes this node, in order. */
  readonly parameters: readonly string[];
  /**
   * Source of an expression for the node's members, where they are more than the parameters by name. It may
   * use the parameters and {@link HELPERS prelude's helpers}.
   */
  readonly members?: string;
  /** Schema of the node; children are parsed by `child`. */
  schema(child: z.ZodType<NodeSpec>): z.ZodType<Spec>;
  name(spec: Spec): string;
  shape(spec: Spec, of: Compiler): string;
  bounds(spec: Spec, of: Compiler): Bounds;
  /**
   * A compound state with a final child named `done`. When it is reached, the node's result stands
   * under the place's path.
   */
  chart(spec: Spec, at: Place, of: Compiler): ChartState;
  /** What the node says and cannot mean: names that nothing defines, edges that are never taken. */
  faults?(spec: Spec): Fault[];
  readonly combiners?: { readonly [name: string]: Combiner };
}
