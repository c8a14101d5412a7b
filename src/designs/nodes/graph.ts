import { z } from 'zod';
import type { ChartState, ChartTransition, Predicate } from '../../../machines/chart.ts';
import { most, NOTHING, ONE_QUESTION, sum } from '../bounds.ts';
import { decision, decisionBounds, question, settle, uniqueNames } from '../chart-parts.ts';
import type { Bounds, Compiler, Fault, NodeKind, NodeSpec } from '../node.ts';
import { predicateSchema } from '../predicate.ts';
import { nameSchema } from './agent.ts';

export interface GraphSpec extends NodeSpec {
  readonly kind: 'graph';
  readonly nodes: { readonly [name: string]: NodeSpec };
  readonly start: string;
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly when?: Predicate | undefined;
  }[];
  /** Nodes after which the walk ends. */
  readonly finish?: readonly string[] | undefined;
  /** Nodes that the walk visits at most. */
  readonly steps: number;
  /** Functions of the script that name the next node, in place of edges. */
  readonly routing?: { readonly [name: string]: { readonly python: string } } | undefined;
}

const refSchema = z.strictObject({ python: z.string().regex(/^\d+:/) });

/**
 * `graph({ nodes: { draft: a, check: b }, start: "draft", edges: [edge("draft", "check"),
 * edge("check", "draft", not(accepted()))], steps: 6 })`: a walk over nodes. After a node the first of its
 * edges whose condition holds for its answer is taken. The walk ends after a `finish` node, after a node
 * none of whose edges holds, after one that fails, and when its steps are used up; the result is that of
 * the last node that answered. Every node sees the answers given on the walk so far, its own earlier one
 * included.
 */
export const graphNode: NodeKind<GraphSpec> = {
  kind: 'graph',
  parameters: ['options'],
  members: 'options',
  schema: (child) =>
    z.strictObject({
      kind: z.literal('graph'),
      nodes: z
        .record(nameSchema, child)
        .refine((nodes) => Object.keys(nodes).length >= 1, 'a graph has at least one node'),
      start: z.string(),
      edges: z
        .array(z.strictObject({ from: z.string(), to: z.string(), when: predicateSchema.optional() }))
        .max(64),
      finish: z.array(z.string()).max(32).optional(),
      steps: z.number().int().min(1).max(50),
      routing: z.record(z.string(), refSchema).optional(),
    }),
  name: () => 'graph',
  shape: (spec, of) =>
    `graph(${Object.values(spec.nodes)
      .map((each) => of.shape(each))
      .join(',')}|${spec.edges.length})`,
  bounds: (spec, of) => walkBounds(spec, of),
  chart: (spec, { path, sees }, of) => {
    const names = Object.keys(spec.nodes);
    const paths = names.map((name) => `${path}.${name}`);
    const last = visited(spec).at(-1) ?? new Set();
    const helpers = uniqueNames(
      names.flatMap((name) => [`after-${name}`, `ask-${name}`]),
      ['done', ...names],
    );
    const states: { [name: string]: ChartState } = {};
    names.forEach((name, index) => {
      const own = paths[index] ?? '';
      const [after = '', ask = ''] = helpers.slice(2 * index, 2 * index + 2);
      const node = spec.nodes[name];
      if (node === undefined) return;
      const kept = `${path}.Kept`;
      const end = settle(path, [own, kept], 'lastKept');
      const inner = of.chart(node, { path: own, sees: [...sees, ...paths] });
      const onwards = next(spec, name, { path, own, ask, after, end });
      const entry: ChartState['entry'] = [{ type: 'count', params: { path } }, ...[inner.entry ?? []].flat()];
      // Only a node that can be the last step's has to look at the limit.
      const limited = last.has(name);
      const move: ChartTransition = {
        ...(limited ? { guard: { type: 'within' as const, params: { path, limit: spec.steps } } } : {}),
        target: onwards.first,
        actions: { type: 'combine', params: { path: kept, from: [own, kept], by: 'lastKept' } },
      };
      states[name] = {
        ...inner,
        entry,
        onDone:
          onwards.first === 'done'
            ? end
            : [{ guard: { type: 'failed', params: { path: own } }, ...end }, move, ...(limited ? [end] : [])],
      };
      Object.assign(states, onwards.states);
    });
    return {
      entry: { type: 'begin', params: { path } },
      initial: spec.start,
      states: { ...states, done: { type: 'final' } },
    };
  },
  faults: (spec) => graphFaults(spec),
  combiners: { lastKept: (results) => results.find(({ ok }) => ok) ?? results[0] ?? NO_WALK },
};

const NO_WALK = { ok: false, cause: 'no answer' } as const;

interface Step {
  readonly path: string;
  readonly own: string;
  /** Names of the states that ask a function and that decide. */
  readonly ask: string;
  readonly after: string;
  readonly end: ReturnType<typeof settle>;
}

/** The states between a node and the next one; `done` where there is none. */
function next(spec: GraphSpec, name: string, { path, own, ask, after, end }: Step) {
  const routing = spec.routing?.[name];
  if (routing !== undefined) {
    const names = Object.keys(spec.nodes);
    const asked = `${path}.${ask}`;
    return {
      first: ask,
      states: {
        [ask]: question(asked, { test: 'python', ref: routing.python }, [own], after),
        [after]: {
          always: [
            ...names.map(
              (each): ChartTransition => ({
                guard: { type: 'chose', params: { path: asked, name: each, names } },
                target: each,
              }),
            ),
            end,
          ],
        },
      },
    };
  }
  const edges = spec.edges.filter(({ from }) => from === name);
  if (edges.length === 0 || spec.finish?.includes(name) === true) return { first: 'done', states: {} };
  const branches = edges.map(({ to, when }) => ({ target: to, test: when }));
  const open = edges.every((edge) => edge.when !== undefined);
  return decision(path, after, [own], open ? [...branches, end] : branches);
}

/** Where a walk may go from a node. */
function behind({ nodes, edges, finish = [], routing = {} }: GraphSpec, name: string): string[] {
  if (finish.includes(name)) return [];
  if (name in routing) return Object.keys(nodes);
  return edges.filter(({ from }) => from === name).map(({ to }) => to);
}

/** The nodes that a walk may visit with each of its steps, whatever its conditions say. */
function visited(spec: GraphSpec): Set<string>[] {
  const steps = [new Set([spec.start])];
  while (steps.length < spec.steps) {
    steps.push(new Set([...(steps.at(-1) ?? [])].flatMap((name) => behind(spec, name))));
  }
  return steps;
}

/**
 * The dearest walk of at most `steps` nodes, in each respect: the dearest walk of k nodes that begins at a
 * node costs that node and the dearest of k − 1 nodes that begins behind one of its edges.
 */
function walkBounds(spec: GraphSpec, of: Compiler): Bounds {
  const names = Object.keys(spec.nodes);
  const cost = new Map(
    names.map((name) => {
      const node = spec.nodes[name];
      const own = node === undefined ? NOTHING : of.bounds(node);
      const edges = spec.edges.filter(({ from }) => from === name);
      const asking =
        spec.routing?.[name] === undefined ? decisionBounds(edges.map((edge) => edge.when)) : ONE_QUESTION;
      return [name, { own, asking }];
    }),
  );
  let dearest = new Map<string, Bounds>(names.map((name) => [name, NOTHING]));
  for (let step = 0; step < spec.steps; step++) {
    const before = dearest;
    dearest = new Map(
      names.map((name) => {
        const { own = NOTHING, asking = NOTHING } = cost.get(name) ?? {};
        const onwards = behind(spec, name).map((to) => before.get(to) ?? NOTHING);
        return [name, sum(own, step === 0 ? NOTHING : asking, most(onwards))];
      }),
    );
  }
  return dearest.get(spec.start) ?? NOTHING;
}

function graphFaults(spec: GraphSpec): Fault[] {
  const { nodes, start, edges, finish = [], routing = {}, steps } = spec;
  const everywhere = visited({ ...spec, steps: Object.keys(nodes).length }).flatMap((names) => [...names]);
  const inTime = new Set(visited(spec).flatMap((names) => [...names]));
  const mentioned = [
    start,
    ...edges.flatMap(({ from, to }) => [from, to]),
    ...finish,
    ...Object.keys(routing),
  ];
  return [
    ...[...new Set(mentioned)]
      .filter((name) => !(name in nodes))
      .map((name): Fault => ({ check: 'names', message: `there is no node "${name}" in the graph` })),
    ...edges
      .filter(({ from }) => finish.includes(from) || from in routing)
      .map(({ from, to }): Fault => {
        const why = finish.includes(from) ? 'the walk ends there' : 'a function routes from there';
        return { check: 'transitions', message: `the edge "${from}" → "${to}" is never taken: ${why}` };
      }),
    ...[...new Set(everywhere)]
      .filter((name) => name in nodes && !inTime.has(name))
      .map(
        (name): Fault => ({
          check: 'reachable',
          message: `no walk of ${steps} ${steps === 1 ? 'step' : 'steps'} comes as far as "${name}"`,
        }),
      ),
  ];
}
