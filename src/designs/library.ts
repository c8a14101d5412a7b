import { z } from 'zod';
import type { ChartState, Combiner } from '../../machines/chart.ts';
import type { Bounds, Compiler, Fault, NodeKind, NodeSpec, Place } from './node.ts';
import { agentNode, titleSchema } from './nodes/agent.ts';
import { debateNode } from './nodes/debate.ts';
import { graphNode } from './nodes/graph.ts';
import { judgeNode } from './nodes/judge.ts';
import { loopNode } from './nodes/loop.ts';
import { reflectNode } from './nodes/reflect.ts';
import { routeNode } from './nodes/route.ts';
import { sequenceNode } from './nodes/sequence.ts';
import { voteNode } from './nodes/vote.ts';
import { whenNode } from './nodes/when.ts';
import { parseWithin } from './parse-within.ts';
import { functionsOf, preludeFor } from './prelude.ts';

/** Tokens of a policy call where nobody set a limit. */
const TOKENS_PER_CALL = 1024;

/** The nodes that a designer may use, and everything that follows from the set of them. */
export class NodeLibrary {
  readonly #kinds: ReadonlyMap<string, NodeKind>;
  readonly schema: z.ZodType<NodeSpec>;
  readonly combiners: { readonly [name: string]: Combiner };
  readonly #functions: ReadonlyMap<string, string>;

  constructor(kinds: readonly NodeKind[]) {
    this.#kinds = new Map(kinds.map((kind) => [kind.kind, kind]));
    const child: z.ZodType<NodeSpec> = z.lazy(() => this.schema);
    const schemas = new Map(kinds.map((kind) => [kind.kind, kind.schema(child)]));
    this.schema = z.unknown().transform((value, context): NodeSpec => {
      const tag = z.looseObject({ kind: z.string() }).safeParse(value);
      const schema = tag.success ? schemas.get(tag.data.kind) : undefined;
      if (schema !== undefined) return titled(schema, value, context);
      context.addIssue(tag.success ? `there is no node "${tag.data.kind}"` : 'this is not a node');
      return z.NEVER;
    });
    this.combiners = Object.assign({}, ...kinds.map((kind) => kind.combiners ?? {}));
    this.#functions = functionsOf(kinds);
  }

  /** Kinds by name, in the order in which they were given. */
  get kinds(): readonly NodeKind[] {
    return [...this.#kinds.values()];
  }

  /** Source of the functions that a script calls, to be evaluated before it. */
  preludeFor(script: string): string {
    return preludeFor(script, this.#functions);
  }

  /** The chart of a node; `heard` is told of every node in it and the place where it stands. */
  chart(root: NodeSpec, at: Place, heard: (node: NodeSpec, at: Place) => void = () => {}): ChartState {
    const compiler = this.#compiler(TOKENS_PER_CALL, heard);
    return compiler.chart(root, at);
  }

  bounds(spec: NodeSpec, tokensPerCall: number): Bounds {
    return this.#compiler(tokensPerCall).bounds(spec);
  }

  shape(spec: NodeSpec): string {
    return this.#compiler(TOKENS_PER_CALL).shape(spec);
  }

  name(spec: NodeSpec): string {
    return this.#kind(spec).name(spec);
  }

  faults(spec: NodeSpec): readonly Fault[] {
    return this.#kind(spec).faults?.(spec) ?? [];
  }

  #compiler(tokensPerCall: number, heard: (node: NodeSpec, at: Place) => void = () => {}): Compiler {
    const compiler: Compiler = {
      tokensPerCall,
      chart: (node, at) => {
        heard(node, at);
        return this.#kind(node).chart(node, at, compiler);
      },
      bounds: (node) => this.#kind(node).bounds(node, compiler),
      shape: (node) => this.#kind(node).shape(node, compiler),
      name: (node) => this.name(node),
    };
    return compiler;
  }

  #kind(spec: NodeSpec): NodeKind {
    const kind = this.#kinds.get(spec.kind);
    if (kind === undefined) throw new TypeError(`there is no node "${spec.kind}"`);
    return kind;
  }
}

const titledSchema = z.looseObject({ title: titleSchema });

/** A node of a kind, and the title that nodes of every kind may have. */
function titled(schema: z.ZodType<NodeSpec>, value: unknown, context: z.RefinementCtx): NodeSpec {
  const found = titledSchema.safeParse(value);
  if (!found.success) return parseWithin(schema, value, context);
  const { title, ...members } = found.data;
  return { ...parseWithin(schema, members, context), title };
}

/** The nodes of docs/designs.md; plus nodes of the user's own. */
export function defaultLibrary(extra: readonly NodeKind[] = []): NodeLibrary {
  return new NodeLibrary([
    agentNode,
    sequenceNode,
    voteNode,
    judgeNode,
    reflectNode,
    debateNode,
    routeNode,
    whenNode,
    loopNode,
    graphNode,
    ...extra,
  ]);
}
