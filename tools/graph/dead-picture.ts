import { type Chart, statesOf } from './chart.ts';
import type { Dead } from './dead.ts';
import { type Mark, mark, type Picture } from './marks.ts';
import { ChartTree } from './tree.ts';

/** A picture with dead states and transitions marked on top of what was laid over it before. */
export function withDead({ chart, marks, facts }: Picture, found: Dead): Picture {
  const { unreachable, stuck, shadowed } = found;
  const lines = deadLines(chart, found);
  const over = (ids: readonly string[], note: string) =>
    ids.map((id): [string, Mark] => [id, mark('dead', note, note)]);
  return {
    chart,
    marks: {
      states: new Map([...marks.states, ...over(unreachable, 'unreachable'), ...over(stuck, 'never ends')]),
      edges: new Map([...marks.edges, ...over(shadowed, 'shadowed')]),
      caption: [...marks.caption, ...(lines.length === 0 ? [alive(chart)] : lines)],
      legend: lines.length === 0 ? marks.legend : [...marks.legend, ['dead', 'dead']],
    },
    facts: {
      edges: facts.edges,
      whole: {
        ...facts.whole,
        dead: { unreachable: [...unreachable], stuck: [...stuck], shadowed: [...shadowed] },
      },
    },
  };
}

/** What is dead, a line each; none if nothing is. */
export function deadLines(chart: Chart, { unreachable, stuck, shadowed }: Dead): string[] {
  const tree = new ChartTree(chart);
  const edges = new Map(chart.edges.map((edge) => [edge.id, edge]));
  return [
    ...unreachable.map((id) => `state ${tree.path(id)} cannot be reached`),
    ...stuck.map((id) => `state ${tree.path(id)} leads to no final state`),
    ...shadowed.flatMap((id) => {
      const edge = edges.get(id);
      return edge === undefined
        ? []
        : [`transition ${tree.edge(edge)} comes behind one without a guard for the same event`];
    }),
  ];
}

/** The good news. */
export function alive(chart: Chart): string {
  return `nothing is dead among ${statesOf(chart).length} states and ${chart.edges.length} transitions`;
}
