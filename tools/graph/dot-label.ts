import { printable } from '../../src/core/printable.ts';
import type { ChartEdge, ChartNode } from './chart.ts';
import { namedText, stateLines, wrap } from './label.ts';
import type { Mark, Marks } from './marks.ts';
import { FAINT, INK, type Look, TONES } from './tones.ts';

/** Characters of one line of small type. */
const WIDTH = 34;

/** The label of a state without children, in Graphviz's HTML: a title over centred small type. */
export function stateLabel(state: ChartNode, mark: Mark | undefined, look: Look): string {
  const title = font(`<b>${html(state.name)}</b>`, 12, look.text);
  const notes = small(state).map((line) => font(html(line), 9, detail(look)));
  return [title, ...notes, ...noteLines(mark, look)].join('<br/>');
}

/** The label of a compound or parallel state, along its left side. */
export function boxLabel(state: ChartNode, mark: Mark | undefined, look: Look): string {
  const kind = state.type === 'parallel' ? font(' all at once', 9, detail(look)) : '';
  const title = font(`<b>${html(state.name)}</b>`, 13, look.text) + kind;
  const notes = small(state).map((line) => font(html(line), 9, detail(look)));
  return left([title, ...notes, ...noteLines(mark, look)]);
}

/** The label of an edge: event, guard and actions below one another, each in type of its own. */
export function edgeLabel(edge: ChartEdge, mark: Mark | undefined, look: Look): string {
  const note = mark?.note ?? '';
  const count = note === '' ? '' : font(`<b> ${html(note)}</b>`, 10, look.line);
  const guard = edge.guard === null ? [] : wrap(`[${namedText(edge.guard)}]`, WIDTH);
  const actions = edge.actions.flatMap((action) => wrap(`/ ${namedText(action)}`, WIDTH));
  const lines = [
    font(html(edge.event), 10, look.text) + count,
    ...guard.map((line) => font(`<i>${html(line)}</i>`, 9, detail(look))),
    ...actions.map((line) => font(html(line), 9, detail(look))),
  ];
  // The table keeps the text off its own line. Graphviz reckons a label to the right of its line and then lets it
  // hang over the border of a cluster by a little; the empty cell is what may hang over.
  const cell = `<td align="left" balign="left">${lines.join('<br/>')}</td><td width="28"></td>`;
  return `<table border="0" cellborder="0" cellspacing="0" cellpadding="4"><tr>${cell}</tr></table>`;
}

/** Caption and legend of a drawing; empty if it has neither. */
export function bottomLabel({ caption, legend }: Marks): string {
  const lines = caption.flatMap((line) => wrap(line, 100)).map((line) => font(html(line), 10, INK));
  const keys = legend.map(([tone, meaning]) => {
    const { line, glyph } = TONES[tone];
    return `${font('■', 12, line)}${font(` ${html(glyph)} ${html(meaning)}`, 9, FAINT)}`;
  });
  return left([...lines, ...(keys.length === 0 ? [] : [keys.join(font(' &#160; ', 9, FAINT))])]);
}

function noteLines(mark: Mark | undefined, look: Look): string[] {
  const note = mark?.note ?? '';
  if (note === '') return [];
  return wrap(note, WIDTH).map((line) => font(`<b>${html(line)}</b>`, 9, look.line));
}

/** What a state says below its name, an action of several on a line of its own. */
function small(state: ChartNode): string[] {
  return stateLines(state).flatMap((line) => wrap(line, WIDTH));
}

/** Small type is fainter, unless its tone has a colour of its own. */
function detail({ text }: Look): string {
  return text === INK ? FAINT : text;
}

function left(lines: readonly string[]): string {
  return lines.map((line) => `${line}<br align="left"/>`).join('');
}

function font(inner: string, size: number, color: string): string {
  return `<font point-size="${size}" color="${color}">${inner}</font>`;
}

/** Text inside of Graphviz's HTML. Braces are escaped too, so that those of the file always balance. */
function html(text: string): string {
  return printable(text).replace(/[&<>"{}]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
