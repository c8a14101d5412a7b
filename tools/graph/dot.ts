import { printable } from '../../src/core/printable.ts';
import { backEdges } from './back-edges.ts';
import type { Chart, ChartEdge, ChartNode } from './chart.ts';
import { bottomLabel, boxLabel, edgeLabel, stateLabel } from './dot-label.ts';
import { edgeText, stateLines } from './label.ts';
import { type Marks, NO_MARKS } from './marks.ts';
import { boxLook, edgeLook, PAPER, stateLook } from './tones.ts';
import { ChartTree } from './tree.ts';

/**
 * A chart in Graphviz's language: compound states are clusters, final states have a double outline, and what
 * is laid over the chart are colours, notes, a caption and a legend. The same chart gives the same bytes.
 *
 * Graphviz knows no edges between clusters. Each cluster has a point of its own, where its initial arrow
 * begins and edges to the whole state are fastened (`lhead`); edges from the whole state are fastened where it
 * ends (`ltail`), which keeps them from running through it.
 */
export function dot(chart: Chart, marks: Marks = NO_MARKS): string {
  const tree = new ChartTree(chart);
  const caption = bottomLabel(marks);
  const lines = [
    `digraph ${quote(chart.id)} {`,
    `  compound=true; rankdir=TB; nodesep=0.35; ranksep=0.35; pad=0.25; bgcolor="${PAPER}";`,
    `  fontname="Helvetica"; labelloc=b; labeljust=l;${caption === '' ? '' : ` label=<${caption}>;`}`,
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=12, margin="0.14,0.08"];',
    '  edge [fontname="Helvetica", fontsize=10, arrowsize=0.7];',
    ...inside(chart.root, { chart, marks, tree, back: backEdges(chart, tree) }, '  '),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** Every tooltip of a drawing: of states by id, of edges by id. */
function tip(...parts: readonly string[]): string {
  return quote(parts.filter((part) => part !== '').join('\n'));
}

interface Pen {
  readonly chart: Chart;
  readonly marks: Marks;
  readonly tree: ChartTree;
  readonly back: ReadonlySet<string>;
}

/**
 * The inside of a cluster. An edge stands in the innermost cluster that holds both its ends, so that
 * Graphviz makes room for its label there; its ends stand before it, or they would be drawn there too.
 */
function inside(parent: ChartNode, pen: Pen, indent: string): string[] {
  const { chart, marks, tree } = pen;
  const ink = edgeLook(marks.states.get(parent.id)?.tone === 'off' ? 'off' : null).line;
  return [
    `${indent}${quote(point(parent.id))} [shape=point, width=0.09, label="", color="${ink}", tooltip=${tip(`${parent.id} begins`)}];`,
    ...parent.states.flatMap((state) => stateLinesOf(state, pen, indent)),
    ...tree.begins(parent).map((state) => {
      const whole = state.states.length > 0;
      const head = whole ? `lhead=${quote(cluster(state.id))}, ` : '';
      const end = quote(whole ? point(state.id) : state.id);
      return `${indent}${quote(point(parent.id))} -> ${end} [${head}weight=4, color="${ink}", tooltip=" "];`;
    }),
    ...chart.edges
      .filter(({ source, target }) => tree.home(source, target ?? source) === parent)
      .map((edge) => `${indent}${edgeLine(edge, pen)}`),
  ];
}

function stateLinesOf(state: ChartNode, pen: Pen, indent: string): string[] {
  const { marks, tree } = pen;
  const mark = marks.states.get(state.id);
  const tooltip = tip(state.id, ...stateLines(state), mark?.tip ?? '');
  if (state.states.length > 0) {
    const look = boxLook(state, tree.ancestors(state.id).length, mark?.tone);
    const style = ['rounded', 'filled', ...(look.dashed || state.type === 'parallel' ? ['dashed'] : [])];
    return [
      `${indent}subgraph ${quote(cluster(state.id))} {`,
      `${indent}  label=<${boxLabel(state, mark, look)}>; labelloc=t; labeljust=l; margin=12; tooltip=${tooltip};`,
      `${indent}  style="${style.join(',')}"; color="${look.line}"; fillcolor="${look.fill}"; penwidth=${look.width};`,
      ...inside(state, pen, `${indent}  `),
      `${indent}}`,
    ];
  }
  const look = stateLook(state, mark?.tone);
  const attributes = [
    `label=<${stateLabel(state, mark, look)}>`,
    `color="${look.line}"`,
    `fillcolor="${look.fill}"`,
    `penwidth=${look.width}`,
    ...(state.type === 'final' ? ['peripheries=2'] : []),
    ...(look.dashed ? ['style="rounded,filled,dashed"'] : []),
    `tooltip=${tooltip}`,
  ];
  return [`${indent}${quote(state.id)} [${attributes.join(', ')}];`];
}

function edgeLine(edge: ChartEdge, { tree, marks, back }: Pen): string {
  const { source } = edge;
  const target = edge.target ?? source;
  const mark = marks.edges.get(edge.id);
  const look = edgeLook(mark?.tone);
  const tooltip = tip(edgeText(edge, mark?.note), mark?.tip ?? '');
  const attributes = [
    `label=<${edgeLabel(edge, mark, look)}>`,
    `color="${look.line}"`,
    `penwidth=${look.width}`,
    ...(look.dashed ? ['style=dashed'] : []),
    `tooltip=${tooltip}`,
    `labeltooltip=${tooltip}`,
  ];
  // What leads back is written the other way round with its arrow at the tail: Graphviz would turn it itself to
  // be rid of circles, but cannot be relied on to turn the right one, and clusters break in its hands.
  const turned = back.has(edge.id);
  if (turned) attributes.push('dir=back');
  const [tail, head] = turned ? [target, source] : [source, target];
  // Graphviz can clip an edge at a cluster's border only if its other end lies outside of the cluster.
  const clips = (id: string, other: string) => isCompound(id, tree) && !tree.within(other, id);
  if (clips(tail, head)) attributes.push(`ltail=${quote(cluster(tail))}`);
  if (clips(head, tail)) attributes.push(`lhead=${quote(cluster(head))}`);
  const from = isCompound(tail, tree) ? (clips(tail, head) ? exit(tail, tree) : point(tail)) : tail;
  const to = isCompound(head, tree) ? point(head) : head;
  return `${quote(from)} -> ${quote(to)} [${attributes.join(', ')}];`;
}

function isCompound(id: string, tree: ChartTree): boolean {
  return (tree.get(id)?.states.length ?? 0) > 0;
}

/** The innermost state that a compound state ends in: a final one if there is one, or else its last. */
function exit(id: string, tree: ChartTree): string {
  const state = tree.get(id);
  const last = state?.states.find(({ type }) => type === 'final') ?? state?.states.at(-1);
  return last === undefined ? id : exit(last.id, tree);
}

function point(id: string): string {
  return `${id}#start`;
}

/** Graphviz draws a box around subgraphs of this name only. */
function cluster(id: string): string {
  return `cluster_${id}`;
}

function quote(text: string): string {
  return `"${printable(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
