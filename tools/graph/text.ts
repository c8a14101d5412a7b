import { oneLine } from '../../src/core/printable.ts';
import type { Chart, ChartNode } from './chart.ts';
import { edgeText, stateLines } from './label.ts';
import { type Mark, type Marks, NO_MARKS } from './marks.ts';
import { TONES } from './tones.ts';
import { ChartTree } from './tree.ts';

/**
 * A chart as an indented outline for terminals: states with their transitions below them, `●` where a compound
 * state begins, `◎` where it ends, `∥` where all children run at once. What is laid over the chart is a sign
 * in front of each line and a note behind it; caption and legend stand above.
 */
export function text(chart: Chart, marks: Marks = NO_MARKS): string {
  const pen = { chart, marks, tree: new ChartTree(chart) };
  const legend = marks.legend.map(([tone, meaning]) => `${TONES[tone].glyph} ${meaning}`);
  const head = [...marks.caption, ...(legend.length === 0 ? [] : [legend.join('   ')])];
  const lines = [
    ...(head.length === 0 ? [] : [...head, '']),
    `${gutter(undefined, pen)}${chart.id}`,
    ...transitions(chart.root, pen, '    '),
    ...chart.root.states.flatMap((state) => outline(state, chart.root, pen, '  ')),
  ];
  return `${lines.map(oneLine).join('\n')}\n`;
}

interface Pen {
  readonly chart: Chart;
  readonly marks: Marks;
  readonly tree: ChartTree;
}

function outline(state: ChartNode, parent: ChartNode, pen: Pen, indent: string): string[] {
  const mark = pen.marks.states.get(state.id);
  const front = gutter(mark, pen);
  const says = stateLines(state).map((line) => `${front}${indent}    ${line}`);
  return [
    `${front}${indent}${sign(state, parent, pen.tree)} ${state.name}${note(mark)}`,
    ...says,
    ...transitions(state, pen, `${indent}    `),
    ...state.states.flatMap((child) => outline(child, state, pen, `${indent}  `)),
  ];
}

function transitions(state: ChartNode, pen: Pen, indent: string): string[] {
  const { chart, marks, tree } = pen;
  const parent = tree.parent(state.id);
  return chart.edges.flatMap((edge) => {
    if (edge.source !== state.id) return [];
    const mark = marks.edges.get(edge.id);
    const { target } = edge;
    const sibling = target !== null && tree.parent(target) === parent;
    const name = target === null ? 'stays' : sibling ? tree.get(target)?.name : tree.path(target);
    return [`${gutter(mark, pen)}${indent}→ ${name}  ${edgeText(edge)}${note(mark)}`];
  });
}

function sign(state: ChartNode, parent: ChartNode, tree: ChartTree): string {
  if (state.type === 'final') return '◎';
  if (state.type === 'parallel') return '∥';
  return tree.begins(parent).includes(state) ? '●' : '○';
}

/** The sign of a line's tone; nothing at all in an outline without tones. */
function gutter(mark: Mark | undefined, { marks }: Pen): string {
  if (marks.legend.length === 0) return '';
  const tone = mark?.tone ?? null;
  return `${tone === null ? ' ' : TONES[tone].glyph} `;
}

/** Two spaces and the note, if it says more than the sign in front of the line. */
function note(mark: Mark | undefined): string {
  if (mark === undefined || mark.note === '') return '';
  return mark.tone !== null && mark.note === TONES[mark.tone].glyph ? '' : `  ${mark.note}`;
}
