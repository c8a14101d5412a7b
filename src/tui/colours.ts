import type { LiveState } from '../views/tree-view.ts';

/**
 * Colours that are legible on a light and on a dark background: no white, no yellow, no fixed backgrounds.
 * Whatever they say is also said by a letter, a glyph or a word, so `NO_COLOR` loses nothing.
 */
export const COLOURS = {
  executor: 'blue',
  designer: 'magenta',
  coupled: 'green',
  evaluation: 'cyan',
  coldStart: 'cyan',
  done: 'green',
  good: 'green',
  bad: 'red',
  tool: 'cyan',
} as const;

/** A glyph for each state of an actor. */
export const GLYPHS: { readonly [state in LiveState]: string } = {
  waiting: '○',
  calling: '◔',
  working: '◐',
  checking: '◑',
  done: '●',
  failed: '✗',
};

/** Props of a text in a colour, or in the terminal's own where there is none. */
export function inColour(colour: string | undefined): { readonly color?: string } {
  return colour === undefined ? {} : { color: colour };
}

/** The colour of a role, stage or verdict by its name. */
export function colourOf(group: string): string | undefined {
  return Object.entries(COLOURS).find(([name]) => name === group)?.[1];
}
