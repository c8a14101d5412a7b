import { z } from 'zod';
import type { ChartState, Combiner } from '../../machines/execution.machine.ts';
import type { Compiler, NodeKind, NodeSpec } from './node.ts';
import { agentNode } from './nodes/agent.ts';
import { reflectNode } from './nodes/reflect.ts';
import { voteNode } from './nodes/vote.ts';

/** The nodes that a designer may use, and everything that follows from the set of them. */
export class NodeLibrary implements Compiler {
  readonly #kinds: ReadonlyMap<string, NodeKind>;
  readonly schema: z.ZodType<NodeSpec>;
  readonly combiners: { readonly [name: string]: Combiner };

  constructor(kinds: readonly NodeKind[]) {
    this.#kinds = new Map(kinds.map((kind) => [kind.kind, kind]));
    const child: z.ZodType<NodeSpec> = z.lazy(() => this.schema);
    this.schema = z.unknown().transform((value, context): NodeSpec => {
      const tag = z.looseObject({ kind: z.string() }).safeParse(value);
      const kind = tag.success ? this.#kinds.get(tag.data.kind) : undefined;
      if (kind === undefined) {
        context.addIssue(tag.success ? `there is no node "${tag.data.kind}"` : 'not a node');
        return z.NEVER;
      }
      const parsed = kind.schema(child).safeParse(value);
      if (parsed.success) return parsed.data;
      for (const issue of parsed.error.issues) {
        const where = issue.path.length === 0 ? kind.kind : `${kind.kind}.${issue.path.join('.')}`;
        // A child has already said which node it is about.
        context.addIssue(/^[\w.]+: /.test(issue.message) ? issue.message : `${where}: ${issue.message}`);
      }
      return z.NEVER;
    });
    this.combiners = Object.assign({}, ...kinds.map((kind) => kind.combiners ?? {}));
  }

  /** Source of the functions that scripts call: each makes the JSON of one node from its arguments. */
  get prelude(): string {
    return [...this.#kinds.values()]
      .map(({ kind, parameters }) => {
        const members = parameters.map((name) => `${name}: ${name}`).join(', ');
        return `function ${kind}(${parameters.join(', ')}) { return { kind: ${JSON.stringify(kind)}, ${members} }; }`;
      })
      .join('\n');
  }

  chart(spec: NodeSpec, path: string): ChartState {
    return this.#kind(spec).chart(spec, path, this);
  }

  calls(spec: NodeSpec): number {
    return this.#kind(spec).calls(spec, this);
  }

  shape(spec: NodeSpec): string {
    return this.#kind(spec).shape(spec, this);
  }

  name(spec: NodeSpec): string {
    return this.#kind(spec).name(spec);
  }

  #kind(spec: NodeSpec): NodeKind {
    const kind = this.#kinds.get(spec.kind);
    if (kind === undefined) throw new TypeError(`there is no node "${spec.kind}"`);
    return kind;
  }
}

/** Agent, ensemble with majority vote, reflection; plus nodes of the user's own. */
export function defaultLibrary(extra: readonly NodeKind[] = []): NodeLibrary {
  return new NodeLibrary([agentNode, voteNode, reflectNode, ...extra]);
}
