import { inColumns } from '../core/printable.ts';

/** A line about a place of a run, and what kind of line it is: screens colour it, a pipe gets the text alone. */
export interface DetailLine {
  readonly tone: 'title' | 'script' | 'task' | 'said' | 'tool' | 'note' | 'good' | 'bad';
  readonly text: string;
}

/** Columns of a label and the space behind it. */
const LABEL = 10;

/** A text behind its label, printable; further lines stand below the first one, so that a script keeps its shape. */
export function labelled(tone: DetailLine['tone'], label: string, text: string): DetailLine[] {
  return inColumns(text)
    .split('\n')
    .map((line, index) => {
      const head = index === 0 ? `  ${label.padEnd(LABEL - 1)} ` : ' '.repeat(LABEL + 2);
      return { tone, text: `${head}${line}`.trimEnd() };
    });
}

/** The texts of lines, for a pipe. */
export function texts(lines: readonly DetailLine[]): string[] {
  return lines.map(({ text }) => text);
}
