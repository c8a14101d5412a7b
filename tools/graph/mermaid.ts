import { type Chart, type ChartEdge, type ChartNode, type Counts, statesOf } from './chart.ts';
import { edgeText, Identifiers, stateLines } from './label.ts';

/**
 * A chart in Mermaid's `stateDiagram-v2`. Compound states hold their children, the regions of a parallel state
 * are separated by `--`, and every edge stands in the innermost state that encloses both its ends, because
 * Mermaid takes a state for a child of the block in which it is first named. With counts, labels end in `×n`.
 */
export function mermaid(chart: Chart, counts?: Counts): string {
  const ids = new Identifiers();
  const states = statesOf(chart);
  const tagged = new Set(states.flatMap(({ tags }) => tags));
  const lines = [
    'stateDiagram-v2',
    ...[...tagged].sort().map((tag) => `  classDef ${ids.of(`tag ${tag}`)} stroke-dasharray: 4 3`),
    ...block(chart.root, chart, ids, counts, '  '),
  ];
  for (const { id, tags, states: inner } of states) {
    if (inner.length > 0) continue;
    for (const tag of tags) lines.push(`  class ${ids.of(id)} ${ids.of(`tag ${tag}`)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The inside of a compound or parallel state, or of the machine. */
function block(
  parent: ChartNode,
  chart: Chart,
  ids: Identifiers,
  counts: Counts | undefined,
  indent: string,
): string[] {
  const lines: string[] = [];
  if (parent.initial !== null) lines.push(`${indent}[*] --> ${ids.of(parent.initial)}`);
  parent.states.forEach((state, index) => {
    if (index > 0 && parent.type === 'parallel') lines.push(`${indent}--`);
    lines.push(...stateBlock(state, chart, ids, counts, indent));
  });
  for (const edge of chart.edges) {
    if (home(edge, chart.root).id !== parent.id) continue;
    const text = encode(edgeText(edge, counts));
    lines.push(`${indent}${ids.of(edge.source)} --> ${ids.of(edge.target ?? edge.source)} : ${text}`);
  }
  return lines;
}

function stateBlock(
  state: ChartNode,
  chart: Chart,
  ids: Identifiers,
  counts: Counts | undefined,
  indent: string,
): string[] {
  const id = ids.of(state.id);
  const notes = stateLines(state);
  if (state.states.length > 0) {
    const title = [state.name, ...notes].map(encode).join('<br/>');
    return [
      `${indent}state "${title}" as ${id} {`,
      ...block(state, chart, ids, counts, `${indent}  `),
      `${indent}}`,
    ];
  }
  return [
    `${indent}state "${encode(state.name)}" as ${id}`,
    ...notes.map((note) => `${indent}${id} : ${encode(note)}`),
    ...(state.type === 'final' ? [`${indent}${id} --> [*]`] : []),
  ];
}

/** The innermost state that properly encloses both ends of an edge. */
function home(edge: ChartEdge, within: ChartNode): ChartNode {
  const ends = [edge.source, edge.target ?? edge.source];
  const inner = within.states.find((state) => ends.every((id) => id !== state.id && contains(state, id)));
  return inner === undefined ? within : home(edge, inner);
}

function contains(state: ChartNode, id: string): boolean {
  return state.id === id || state.states.some((child) => contains(child, id));
}

/** Everything that Mermaid might read as syntax becomes one of its character codes. */
function encode(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[^A-Za-z0-9 .,()[\]/=+×…'!?_-]/gu, (letter) => `#${letter.codePointAt(0)};`);
}
