import type { ChartAction, ChartState, ChartTransition } from '../../machines/chart.ts';
import { actionsOf, transitionsOf } from './chart-parts.ts';
import { liveness } from './liveness.ts';

/** Something that is wrong with a chart, whatever its nodes say. */
export interface Flaw {
  readonly check: 'reachable' | 'end' | 'transitions' | 'termination';
  /** The state at fault, dotted from the root node down. */
  readonly path: string;
  readonly message: string;
}

/** The event that answers an action, for actions that put a question to the world. */
const ANSWERS: { readonly [action: string]: string } = {
  openAgent: 'agent.finished',
  check: 'checked',
  evaluate: 'evaluated',
};

/**
 * Proves of a design's chart that every state can be reached, that from every state the end can be reached
 * and no case is left in which it waits for nothing, that every transition can be taken, and that every
 * cycle is counted against a limit. Returns what it could not prove; works for nodes of the user's own too.
 * Guards are taken as independent of each other, so it never calls a reachable state unreachable, and may
 * miss one whose conditions contradict each other across states.
 */
export function flawsOf(chart: ChartState, path: string): readonly Flaw[] {
  return examine(chart, path).flaws;
}

interface Examined {
  readonly flaws: readonly Flaw[];
  /** Whether a final state can be reached within. */
  readonly ends: boolean;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly transition: ChartTransition;
}

function examine(state: ChartState, path: string): Examined {
  const children = Object.entries(state.states ?? {});
  if (children.length === 0) return { flaws: [], ends: state.type === 'final' };
  const inner = new Map(children.map(([name, child]) => [name, examine(child, `${path}.${name}`)]));
  const below = [...inner.values()].flatMap(({ flaws }) => flaws);
  if (state.type === 'parallel') return { flaws: below, ends: [...inner.values()].every(({ ends }) => ends) };

  const flaws: Flaw[] = [];
  const edges: Edge[] = [];
  for (const [name, child] of children) {
    const ends = child.states === undefined || inner.get(name)?.ends === true;
    edges.push(...edgesOf(child, name, `${path}.${name}`, ends, new Set(inner.keys()), flaws));
  }
  const names = children.map(([name]) => name);
  const finals = children.filter(([, child]) => child.type === 'final').map(([name]) => name);
  const reached = closure([state.initial ?? ''], (name) => targets(edges, name));
  const ending = closure(finals, (name) => edges.filter(({ to }) => to === name).map(({ from }) => from));
  for (const name of names) {
    if (!reached.has(name)) {
      if (name !== 'done') flaws.push(flaw('reachable', `${path}.${name}`, 'cannot be reached'));
    } else if (!ending.has(name)) {
      flaws.push(flaw('end', `${path}.${name}`, 'has no way to the end'));
    }
  }
  flaws.push(...endless(state, path, edges));
  // The innermost first: it is where the fault is.
  return { flaws: [...below, ...flaws], ends: finals.some((name) => reached.has(name)) };
}

/** The live transitions of a state to its siblings; what is dead, or leaves a case open, becomes a flaw. */
function edgesOf(
  state: ChartState,
  name: string,
  path: string,
  ends: boolean,
  siblings: ReadonlySet<string>,
  flaws: Flaw[],
): Edge[] {
  if (state.type === 'final') return [];
  const lists = Object.entries(state.on ?? {}).map(([event, list]) => [event, transitionsOf(list)] as const);
  const always = transitionsOf(state.always);
  const done = transitionsOf(state.onDone);
  const edges: Edge[] = [];
  const add = (what: string, transitions: readonly ChartTransition[], mustLead: boolean): void => {
    const { live, exhaustive } = liveness(transitions);
    transitions.forEach((transition, index) => {
      const { target } = transition;
      if (live[index] === false) {
        const why = 'those before it cover every case';
        flaws.push(flaw('transitions', path, `never goes to "${target ?? name}" (${what}): ${why}`));
      } else if (target !== undefined && !siblings.has(target)) {
        flaws.push(flaw('end', path, `goes to "${target}" (${what}), which is not there`));
      } else edges.push({ from: name, to: target ?? name, transition });
    });
    if (mustLead && !exhaustive) flaws.push(flaw('end', path, `stays where it is in some case (${what})`));
  };
  add('deciding', always, always.length > 0 && state.on === undefined && state.states === undefined);
  if (ends) add('when it is done', done, state.states !== undefined);
  for (const [event, transitions] of lists) add(`on ${event}`, transitions, true);
  const asks = actionsOf(state.entry).flatMap(({ type }) => ANSWERS[type] ?? []);
  const hears = new Set(lists.map(([event]) => event));
  if (state.states === undefined && always.length === 0) {
    if (asks.length === 0) flaws.push(flaw('end', path, 'waits for nothing'));
    for (const answer of asks.filter((each) => !hears.has(each))) {
      flaws.push(flaw('end', path, `asks for "${answer}" and does not listen to it`));
    }
  }
  return edges;
}

/** Cycles among the children of a state that no limit is counted on. */
function endless(state: ChartState, path: string, edges: readonly Edge[]): Flaw[] {
  const unlimited = edges.filter(({ transition }) => transition.guard?.type !== 'within');
  const found = new Set<string>();
  for (const name of Object.keys(state.states ?? {})) {
    if (closure(targets(unlimited, name), (each) => targets(unlimited, each)).has(name)) found.add(name);
  }
  for (const { from, to, transition } of edges) {
    if (transition.guard?.type !== 'within') continue;
    const counter = transition.guard.params.path;
    const counts = (actions: readonly ChartAction[]) =>
      actions.some(({ type, params }) => type === 'count' && 'path' in params && params.path === counter);
    const isCounted = (name: string) => counts(actionsOf(state.states?.[name]?.entry));
    const uncounted = edges.filter(
      (edge) => !isCounted(edge.to) && !counts(actionsOf(edge.transition.actions)),
    );
    if (counts(actionsOf(transition.actions)) || isCounted(to)) continue;
    if (closure([to], (each) => targets(uncounted, each)).has(from)) found.add(from);
  }
  return [...found].map((name) =>
    flaw(
      'termination',
      `${path}.${name}`,
      'can come back to itself without end: no limit is counted on the way',
    ),
  );
}

function targets(edges: readonly Edge[], name: string): string[] {
  return edges.filter(({ from }) => from === name).map(({ to }) => to);
}

/** Everything that can be reached, the beginning included. */
function closure(from: readonly string[], onwards: (name: string) => readonly string[]): Set<string> {
  const reached = new Set(from);
  for (const name of reached) for (const each of onwards(name)) reached.add(each);
  return reached;
}

function flaw(check: Flaw['check'], path: string, what: string): Flaw {
  return { check, path, message: `the state "${path}" ${what}` };
}
