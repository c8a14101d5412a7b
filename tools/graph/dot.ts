import { type Chart, type ChartEdge, type ChartNode, type Counts, statesOf } from './chart.ts';
import { edgeText, stateLines } from './label.ts';

/**
 * A chart in Graphviz's language: compound states are clusters, transitions never taken are dashed. Each
 * cluster has a point of its own, where its initial arrow begins and edges to and from the whole state are
 * fastened (`lhead`, `ltail`), since Graphviz knows no edges between clusters.
 */
export function dot(chart: Chart, counts?: Counts): string {
  const compound = new Set(statesOf(chart).flatMap(({ id, states }) => (states.length > 0 ? [id] : [])));
  const lines = [
    `digraph ${quote(chart.id)} {`,
    '  compound=true; rankdir=TB; fontname="Helvetica";',
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    '  edge [fontname="Helvetica", fontsize=10];',
    ...inside(chart.root, '  '),
    ...chart.edges.map((edge) => `  ${edgeLine(edge, compound, counts)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function inside(parent: ChartNode, indent: string): string[] {
  const initial = parent.states.find(({ id }) => id === parent.initial);
  const begins = parent.type === 'parallel' ? parent.states : initial === undefined ? [] : [initial];
  return [
    `${indent}${quote(point(parent.id))} [shape=point, label=""];`,
    ...parent.states.flatMap((state) => stateLinesOf(state, indent)),
    ...begins.map((state) => {
      const whole = state.states.length > 0;
      const head = whole ? ` [lhead=${quote(cluster(state.id))}]` : '';
      return `${indent}${quote(point(parent.id))} -> ${quote(whole ? point(state.id) : state.id)}${head};`;
    }),
  ];
}

function stateLinesOf(state: ChartNode, indent: string): string[] {
  const label = [state.name, ...stateLines(state)].join('\n');
  if (state.states.length > 0) {
    return [
      `${indent}subgraph ${quote(cluster(state.id))} {`,
      `${indent}  label=${quote(label)}; style=${state.type === 'parallel' ? 'dashed' : 'rounded'};`,
      ...inside(state, `${indent}  `),
      `${indent}}`,
    ];
  }
  const outline = state.type === 'final' ? ', peripheries=2' : '';
  return [`${indent}${quote(state.id)} [label=${quote(label)}${outline}];`];
}

function edgeLine(edge: ChartEdge, compound: ReadonlySet<string>, counts: Counts | undefined): string {
  const target = edge.target ?? edge.source;
  const attributes = [`label=${quote(edgeText(edge, counts))}`];
  if (compound.has(edge.source)) attributes.push(`ltail=${quote(cluster(edge.source))}`);
  if (compound.has(target)) attributes.push(`lhead=${quote(cluster(target))}`);
  if (counts !== undefined && (counts.get(edge.id) ?? 0) === 0) attributes.push('style=dashed', 'color=gray');
  const end = (id: string) => quote(compound.has(id) ? point(id) : id);
  return `${end(edge.source)} -> ${end(target)} [${attributes.join(', ')}];`;
}

function point(id: string): string {
  return `${id}#start`;
}

/** Graphviz draws a box around subgraphs of this name only. */
function cluster(id: string): string {
  return `cluster_${id}`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
