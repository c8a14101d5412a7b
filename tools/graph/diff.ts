import { type Chart, type ChartEdge, type ChartNode, statesOf } from './chart.ts';
import { edgeText, stateLines } from './label.ts';

/** States and edges by id, in document order. */
export interface Part {
  readonly states: readonly string[];
  readonly edges: readonly string[];
}

/** Two machines compared. */
export interface Diff {
  /** Both in one chart, the first's states before those that only the second has. */
  readonly merged: Chart;
  readonly first: Part;
  readonly second: Part;
  readonly both: Part;
  /** States of both that say or do something else, or begin elsewhere, in the second; they are among `both` too. */
  readonly changed: readonly Change[];
}

export interface Change {
  readonly id: string;
  /** What the state says in the first machine only, and in the second only, as lines for people. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}

/**
 * Compares two machines. States are the same if their paths are; transitions, if they lead from the same state
 * to the same state for the same event with equal guards and actions. The order of transitions does not count.
 * Machines of different names are compared as if the second bore the first's.
 */
export function diff(first: Chart, other: Chart): Diff {
  const second = renamed(other, first.root.id);
  const ids = (chart: Chart) => statesOf(chart).map(({ id }) => id);
  const [mine, theirs] = [new Set(ids(first)), new Set(ids(second))];
  const edges = new Map(keyed(second));
  const [onlyFirst, common]: [string[], string[]] = [[], []];
  for (const [key, { id }] of keyed(first)) (edges.delete(key) ? common : onlyFirst).push(id);
  // Ids count transitions from 0 in either machine; those of the second that are left need ids of their own.
  const added = [...edges.values()].map((edge) => ({ ...edge, id: `${edge.id}+` }));
  return {
    merged: {
      id: first.id,
      root: mergedNode(first.root, second.root),
      edges: [...first.edges, ...added],
    },
    first: { states: [...mine].filter((id) => !theirs.has(id)), edges: onlyFirst },
    second: { states: [...theirs].filter((id) => !mine.has(id)), edges: added.map(({ id }) => id) },
    both: { states: [...mine].filter((id) => theirs.has(id)), edges: common },
    changed: changes([first.root, ...statesOf(first)], [second.root, ...statesOf(second)]),
  };
}

function changes(first: readonly ChartNode[], second: readonly ChartNode[]): Change[] {
  const after = new Map(second.map((state) => [state.id, state]));
  return first.flatMap((state) => {
    const other = after.get(state.id);
    if (other === undefined || identity(other) === identity(state)) return [];
    const [mine, theirs] = [said(state), said(other)];
    return [
      {
        id: state.id,
        first: mine.filter((line) => !theirs.includes(line)),
        second: theirs.filter((line) => !mine.includes(line)),
      },
    ];
  });
}

/** Everything about a state but its children. */
function identity({ type, initial, tags, description, entry, exit }: ChartNode): string {
  return JSON.stringify([type, initial, tags, description, entry, exit]);
}

function said(state: ChartNode): string[] {
  const begins = state.states.find(({ id }) => id === state.initial);
  return [
    `is ${state.type}`,
    ...(begins === undefined ? [] : [`begins in ${begins.name}`]),
    ...stateLines(state),
  ];
}

/** Edges by what makes them the same; of equal ones in one machine, by their number as well. */
function keyed({ edges }: Chart): [string, ChartEdge][] {
  const seen = new Map<string, number>();
  return edges.map((edge) => {
    const { source, target, event, guard, actions, reenter } = edge;
    const key = JSON.stringify([source, target, event, guard, actions, reenter, edgeText(edge)]);
    const copy = seen.get(key) ?? 0;
    seen.set(key, copy + 1);
    return [`${key}${copy}`, edge];
  });
}

/** The first's state with the second's children among its own; the second's children alone may make it compound. */
function mergedNode(first: ChartNode, second: ChartNode): ChartNode {
  const theirs = new Map(second.states.map((state) => [state.id, state]));
  const states = first.states.map((state) => {
    const other = theirs.get(state.id);
    theirs.delete(state.id);
    return other === undefined ? state : mergedNode(state, other);
  });
  const frame = first.states.length === 0 && second.states.length > 0 ? second : first;
  return { ...first, type: frame.type, initial: frame.initial, states: [...states, ...theirs.values()] };
}

function renamed(chart: Chart, name: string): Chart {
  const was = chart.root.id;
  if (was === name) return chart;
  const to = (id: string) => (id === was || id.startsWith(`${was}.`) ? name + id.slice(was.length) : id);
  const node = (state: ChartNode): ChartNode => ({
    ...state,
    id: to(state.id),
    initial: state.initial === null ? null : to(state.initial),
    states: state.states.map(node),
  });
  const edges = chart.edges.map((edge) => ({
    ...edge,
    id: to(edge.source) + edge.id.slice(edge.source.length),
    source: to(edge.source),
    target: edge.target === null ? null : to(edge.target),
  }));
  return { id: chart.id, root: node(chart.root), edges };
}
