import { printable } from '../../src/core/printable.ts';
import { type Chart, type ChartNode, statesOf } from './chart.ts';
import { edgeText, Identifiers, stateLines } from './label.ts';
import { type Marks, NO_MARKS } from './marks.ts';
import { TONES } from './tones.ts';
import { ChartTree } from './tree.ts';

/**
 * A chart in Mermaid's `stateDiagram-v2`. Compound states hold their children, the regions of a parallel state
 * are separated by `--`, and every edge stands in the innermost state that encloses both its ends, because
 * Mermaid takes a state for a child of the block in which it is first named.
 *
 * What is laid over the chart are colours of states (Mermaid cannot colour compound ones, nor edges), notes
 * behind labels, and comments with the caption and the legend.
 */
export function mermaid(chart: Chart, marks: Marks = NO_MARKS): string {
  const pen: Pen = { chart, marks, tree: new ChartTree(chart), ids: new Identifiers() };
  const states = statesOf(chart);
  const tagged = new Set(states.flatMap(({ tags }) => tags));
  const lines = [
    'stateDiagram-v2',
    ...marks.caption.map((line) => `  %% ${comment(line)}`),
    ...marks.legend.map(
      ([tone, meaning]) => `  %% ${TONES[tone].glyph} ${comment(meaning)} (${TONES[tone].line})`,
    ),
    ...[...tagged]
      .sort()
      .map((tag) => `  classDef ${tagClass(pen, tag)} ${tag === 'failure' ? FAILED : DASHED}`),
    ...toneClasses(pen),
    ...block(chart.root, pen, '  '),
  ];
  for (const { id, tags, states: inner } of states) {
    if (inner.length > 0) continue;
    for (const tag of tags) lines.push(`  class ${pen.ids.of(id)} ${tagClass(pen, tag)}`);
    const tone = marks.states.get(id)?.tone ?? null;
    if (tone !== null) lines.push(`  class ${pen.ids.of(id)} ${toneClass(pen, tone)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Everything that a line of the drawing may depend on. */
interface Pen {
  readonly chart: Chart;
  readonly marks: Marks;
  readonly tree: ChartTree;
  readonly ids: Identifiers;
}

const DASHED = 'stroke-dasharray: 4 3';
const FAILED = `${DASHED},stroke: #dc2626`;

function toneClasses(pen: Pen): string[] {
  const used = new Set([...pen.marks.states.values()].flatMap(({ tone }) => tone ?? []));
  return [...used].sort().map((tone) => {
    const { fill, line, text, dashed } = TONES[tone];
    const dashes = dashed ? ',stroke-dasharray: 4 3' : '';
    return `  classDef ${toneClass(pen, tone)} fill: ${fill},stroke: ${line},color: ${text}${dashes}`;
  });
}

/** Names of states begin with the machine's id and tags may be anything; a space keeps these apart from both. */
function toneClass({ ids }: Pen, tone: string): string {
  return ids.of(` tone ${tone}`);
}

function tagClass({ ids }: Pen, tag: string): string {
  return ids.of(`tag ${tag}`);
}

/** The inside of a compound or parallel state, or of the machine. */
function block(parent: ChartNode, pen: Pen, indent: string): string[] {
  const { chart, marks, tree, ids } = pen;
  const lines: string[] = [];
  if (parent.initial !== null) lines.push(`${indent}[*] --> ${ids.of(parent.initial)}`);
  parent.states.forEach((state, index) => {
    if (index > 0 && parent.type === 'parallel') lines.push(`${indent}--`);
    lines.push(...stateBlock(state, pen, indent));
  });
  for (const edge of chart.edges) {
    const target = edge.target ?? edge.source;
    if (tree.home(edge.source, target).id !== parent.id) continue;
    const text = encode(edgeText(edge, marks.edges.get(edge.id)?.note));
    lines.push(`${indent}${ids.of(edge.source)} --> ${ids.of(target)} : ${text}`);
  }
  return lines;
}

function stateBlock(state: ChartNode, pen: Pen, indent: string): string[] {
  const id = pen.ids.of(state.id);
  const note = pen.marks.states.get(state.id)?.note ?? '';
  const notes = [...stateLines(state), ...(note === '' ? [] : [note])];
  if (state.states.length > 0) {
    const title = [state.name, ...notes].map(encode).join('<br/>');
    return [`${indent}state "${title}" as ${id} {`, ...block(state, pen, `${indent}  `), `${indent}}`];
  }
  return [
    `${indent}state "${encode(state.name)}" as ${id}`,
    ...notes.map((line) => `${indent}${id} : ${encode(line)}`),
    ...(state.type === 'final' ? [`${indent}${id} --> [*]`] : []),
  ];
}

/** A comment ends with its line, and Mermaid reads `%%{` as a directive. */
function comment(text: string): string {
  return printable(text).replace(/\s+/g, ' ').replaceAll('{', '(').replaceAll('}', ')');
}

/** Everything that Mermaid might read as syntax becomes one of its character codes. */
function encode(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .replace(/[^A-Za-z0-9 .,()[\]/=+×…'!?_-]/gu, (letter) => `#${letter.codePointAt(0)};`);
}
