import { z } from 'zod';
import type { ChartState, ChartTransition, Predicate } from '../../../machines/chart.ts';
import { most, ONE_QUESTION, sum } from '../bounds.ts';
import { decision, decisionBounds, question, settle, uniqueNames } from '../chart-parts.ts';
import type { Fault, NodeKind, NodeSpec } from '../node.ts';
import { predicateSchema } from '../predicate.ts';
import { type AgentSpec, agentSchema, askAgent, nameSchema } from './agent.ts';

export interface RouteSpec extends NodeSpec {
  readonly kind: 'route';
  readonly choose: Chooser;
  readonly routes: { readonly [name: string]: NodeSpec };
  /** The route taken where nothing on offer is chosen. */
  readonly otherwise: string;
}

/** An agent that names a route, conditions that are tried in order, or a function of the script. */
type Chooser =
  | AgentSpec
  | { readonly cases: readonly (readonly [name: string, test: Predicate])[] }
  | { readonly python: string };

/**
 * `route(agent("pick"), { sum: a, list: b }, "sum")`: the agent sees the names of the routes and answers
 * with one; `route([["big", taskAbove(99)]], { big: a, small: b }, "small")` takes the first whose condition
 * holds. One route is taken, and its answer is the node's. The routes do not see what the chooser said.
 */
export const routeNode: NodeKind<RouteSpec> = {
  kind: 'route',
  parameters: ['choose', 'routes', 'otherwise'],
  members: `{
    choose: Array.isArray(choose) ? { cases: choose } : choose,
    routes: routes,
    otherwise: otherwise === undefined ? firstKey(routes) : otherwise,
  }`,
  schema: (child) =>
    z.strictObject({
      kind: z.literal('route'),
      choose: z.union(
        [
          agentSchema,
          z.strictObject({
            cases: z
              .array(z.tuple([nameSchema, predicateSchema]))
              .min(1)
              .max(12),
          }),
          z.strictObject({ python: z.string().regex(/^\d+:/) }),
        ],
        'a route is chosen by an agent, or by a list of [name, condition]',
      ),
      routes: z
        .record(nameSchema, child)
        .refine((routes) => Object.keys(routes).length >= 2, 'a route leads to at least two places'),
      otherwise: z.string(),
    }),
  name: () => 'route',
  shape: (spec, of) => {
    const by = 'kind' in spec.choose ? of.shape(spec.choose) : 'cases' in spec.choose ? 'if' : 'own';
    return `route(${by}|${Object.values(spec.routes)
      .map((each) => of.shape(each))
      .join(',')})`;
  },
  bounds: (spec, of) => {
    const { choose } = spec;
    const choosing =
      'kind' in choose
        ? of.bounds(choose)
        : 'cases' in choose
          ? decisionBounds(choose.cases.map(([, test]) => test))
          : ONE_QUESTION;
    return sum(choosing, most(Object.values(spec.routes).map((each) => of.bounds(each))));
  },
  chart: (spec, { path, sees }, of) => {
    const names = Object.keys(spec.routes);
    const [choosing = 'choose', deciding = 'decide'] = uniqueNames(['choose', 'decide'], ['done', ...names]);
    const own = `${path}.${choosing}`;
    const states: { [name: string]: ChartState } = {};
    const { choose } = spec;
    const chosen = (name: string): ChartTransition => ({
      guard: { type: 'chose', params: { path: own, name, names } },
      target: name,
    });
    const otherwise = { target: spec.otherwise };
    const choices = [...names.filter((name) => name !== spec.otherwise).map(chosen), otherwise];
    let initial = choosing;
    if ('kind' in choose) {
      states[choosing] = { ...askAgent(choose, { path: own, sees }, { choices: names }), onDone: choices };
    } else if ('cases' in choose) {
      const branches = choose.cases.map(([name, test]) => ({ test, target: name }));
      const decided = decision(path, deciding, sees, [...branches, otherwise]);
      Object.assign(states, decided.states);
      initial = decided.first;
    } else {
      states[choosing] = question(own, { test: 'python', ref: choose.python }, sees, deciding);
      states[deciding] = { always: choices };
    }
    for (const [name, node] of Object.entries(spec.routes)) {
      const route = `${path}.${name}`;
      states[name] = { ...of.chart(node, { path: route, sees }), onDone: settle(path, [route], 'same') };
    }
    return { initial, states: { ...states, done: { type: 'final' } } };
  },
  faults: ({ choose, routes, otherwise }) => {
    const mentioned = [otherwise, ...('cases' in choose ? choose.cases.map(([name]) => name) : [])];
    return [...new Set(mentioned)]
      .filter((name) => !(name in routes))
      .map((name): Fault => ({ check: 'names', message: `there is no route "${name}"` }));
  },
};
