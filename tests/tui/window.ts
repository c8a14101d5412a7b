import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink-testing-library';
import type { ReactElement } from 'react';
import { onTestFinished } from 'vitest';

/** A screen in a window of some size, with the keys to press and the text to look at. */
export interface Window {
  /** The rows of the last frame, without colours and without spaces at the end. */
  rows(): string[];
  /** The last frame in one piece, without colours. */
  text(): string;
  /** The last frame as it was written. */
  raw(): string;
  /** Presses keys, one after the other, each after the frame of the one before. */
  press(...keys: string[]): Promise<void>;
  /** Presses keys that arrive at once. */
  send(keys: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
}

export const KEY = {
  up: '\u001B[A',
  down: '\u001B[B',
  right: '\u001B[C',
  left: '\u001B[D',
  enter: '\r',
  backspace: '\u007F',
  pageUp: '\u001B[5~',
  pageDown: '\u001B[6~',
  home: '\u001B[H',
  end: '\u001B[F',
  ctrlC: '\u0003',
  escape: '\u001B',
} as const;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60])/u;

/** The columns that a terminal gives a text: two for East Asian characters and pictures, one for others. */
export function widthOf(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);
}

/** Lets React and Ink draw what was asked of them. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Shows an element in a window, until the test is over. */
export async function show(element: ReactElement, columns = 100, rows = 30): Promise<Window> {
  const { stdin, stdout, lastFrame, unmount } = render(element);
  onTestFinished(() => {
    unmount();
  });
  const raw = () => lastFrame() ?? '';
  const text = () => stripVTControlCharacters(raw());
  const send = async (keys: string) => {
    stdin.write(keys);
    await settle();
  };
  const window: Window = {
    raw,
    text,
    rows: () =>
      text()
        .split('\n')
        .map((row) => row.trimEnd()),
    send,
    async press(...keys) {
      for (const key of keys) await send(key);
    },
    async resize(width, height) {
      // The library's terminal has 100 columns and no rows.
      Object.defineProperty(stdout, 'columns', { value: width, configurable: true });
      Object.defineProperty(stdout, 'rows', { value: height, configurable: true });
      stdout.emit('resize');
      await settle();
    },
  };
  await window.resize(columns, rows);
  return window;
}
