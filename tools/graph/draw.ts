import type { AnyStateMachine } from 'xstate';
import { dot } from './dot.ts';
import { json } from './json.ts';
import type { Picture } from './marks.ts';
import { mermaid } from './mermaid.ts';
import { stately } from './stately.ts';
import { text } from './text.ts';

export const FORMATS = ['mermaid', 'dot', 'svg', 'text', 'json', 'stately'] as const;
export type Format = (typeof FORMATS)[number];

/** A picture in one of the formats; `stately` writes the bare machine. Ends with a newline. */
export async function draw(format: Format, picture: Picture, machine: AnyStateMachine): Promise<string> {
  const { chart, marks, facts } = picture;
  switch (format) {
    case 'mermaid':
      return mermaid(chart, marks);
    case 'dot':
      return dot(chart, marks);
    case 'svg':
      // Graphviz is more than a megabyte, which no other format needs.
      return (await import('./svg.ts')).svg(chart, marks);
    case 'text':
      return text(chart, marks);
    case 'json':
      return json(chart, facts);
    case 'stately':
      return stately(machine);
  }
}
