import type { Chart } from './chart.ts';
import { type Facts, NO_FACTS } from './marks.ts';

/** A chart as indented JSON; what is laid over it becomes members of its edges and of the whole. */
export function json(chart: Chart, facts: Facts = NO_FACTS): string {
  const edges = chart.edges.map((edge) => ({ ...edge, ...facts.edges.get(edge.id) }));
  return `${JSON.stringify({ ...chart, edges, ...facts.whole }, null, 2)}\n`;
}
