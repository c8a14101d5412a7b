import type { Chart, Counts } from './chart.ts';

/** A chart as indented JSON; with counts, every edge has a member `count`. */
export function json(chart: Chart, counts?: Counts): string {
  const edges =
    counts === undefined
      ? chart.edges
      : chart.edges.map((edge) => ({ ...edge, count: counts.get(edge.id) ?? 0 }));
  return `${JSON.stringify({ ...chart, edges }, null, 2)}\n`;
}
