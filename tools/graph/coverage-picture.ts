import { type Chart, statesOf } from './chart.ts';
import type { Coverage } from './coverage.ts';
import { type Mark, mark, type Picture } from './marks.ts';
import { ChartTree } from './tree.ts';

/** A chart with what a run covered of it: `×n` at transitions, what was never reached dimmed, the shares below. */
export function coveragePicture(chart: Chart, run: string, { transitions, states }: Coverage): Picture {
  const all = statesOf(chart).map(({ id }) => id);
  const missing = {
    states: all.filter((id) => !states.has(id)),
    transitions: chart.edges.flatMap(({ id }) => ((transitions.get(id) ?? 0) === 0 ? [id] : [])),
  };
  const share = (of: readonly unknown[], less: readonly unknown[]) =>
    `${of.length - less.length}/${of.length}`;
  const caption = `${run} covers states ${share(all, missing.states)}, transitions ${share(chart.edges, missing.transitions)}`;
  const edgeMark = (id: string): Mark => {
    const count = transitions.get(id) ?? 0;
    return mark(count === 0 ? 'off' : 'on', `×${count}`, times(count));
  };
  return {
    chart,
    marks: {
      states: new Map(all.map((id) => [id, mark(states.has(id) ? 'on' : 'off')])),
      edges: new Map(chart.edges.map(({ id }) => [id, edgeMark(id)])),
      caption: [caption],
      legend: [
        ['on', 'reached in the run'],
        ['off', 'never reached'],
      ],
    },
    facts: {
      edges: new Map(chart.edges.map(({ id }) => [id, { count: transitions.get(id) ?? 0 }])),
      whole: {
        coverage: {
          run,
          states: { reached: all.length - missing.states.length, all: all.length, missing: missing.states },
          transitions: {
            taken: chart.edges.length - missing.transitions.length,
            all: chart.edges.length,
            missing: missing.transitions,
          },
        },
      },
    },
  };
}

/** What a run never reached, as lines for people. */
export function neverReached(chart: Chart, { transitions, states }: Coverage): string[] {
  const tree = new ChartTree(chart);
  return [
    ...statesOf(chart).flatMap(({ id }) =>
      states.has(id) ? [] : [`state ${tree.path(id)} was never entered`],
    ),
    ...chart.edges.flatMap((edge) =>
      (transitions.get(edge.id) ?? 0) > 0 ? [] : [`transition ${tree.edge(edge)} was never taken`],
    ),
  ];
}

function times(count: number): string {
  return count === 0 ? 'never taken' : count === 1 ? 'taken once' : `taken ${count} times`;
}
