import { endOfBare, looksLike, startOfBare } from './bare-script.ts';

export type Dialect = 'python' | 'javascript';

export interface ExtractedScript {
  readonly script: string;
  /** By its fence, or else by the look of it; null if it looks like neither. */
  readonly dialect: Dialect | null;
  /** Lines of the raw text before the script: line n of the script is line `line + n` of the text. */
  readonly line: number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Word after the opening fence, lower case. */
  readonly info: string;
  /** White space before the opening fence, as in a list: the script's lines have it, too. */
  readonly indent?: string;
}

const DIALECTS: { readonly [info: string]: Dialect } = {
  python: 'python',
  py: 'python',
  python3: 'python',
  js: 'javascript',
  javascript: 'javascript',
};

/**
 * Finds the script in a designer's answer by the published order of fallbacks, extended for JavaScript:
 * the first `<code>` element (its first fence of a known language, else its first fence, else all of it);
 * the last fence of a known language; the last fence; a script without a fence. What stands in a closed
 * `<think>` element counts only if there is no script outside of it. Null if there is no script.
 */
export function extractScript(raw: string): ExtractedScript | null {
  const thoughtless = raw.replace(/<think>[\s\S]*?<\/think>/g, blank);
  return find(thoughtless) ?? (thoughtless === raw ? null : find(raw));
}

function find(text: string): ExtractedScript | null {
  const code = /<code>([\s\S]*?)<\/code>/.exec(text);
  if (code !== null) {
    const inside = {
      start: code.index + '<code>'.length,
      end: code.index + code[0].length - '</code>'.length,
    };
    const fences = fencesIn(text, inside.start, inside.end);
    const piece = fences.find(isKnown) ?? fences[0] ?? { ...inside, info: '' };
    return cut(text, piece);
  }
  const fences = fencesIn(text, 0, text.length);
  const piece = fences.findLast(isKnown) ?? fences.at(-1);
  if (piece !== undefined) return cut(text, piece);
  const start = startOfBare(text);
  return start === null ? null : cut(text, { start, end: endOfBare(text, start), info: '' });
}

function isKnown(fence: Piece): boolean {
  return DIALECTS[fence.info] !== undefined;
}

function cut(text: string, piece: Piece): ExtractedScript | null {
  const whole = text.slice(piece.start, piece.end);
  const leading = /^(?:[^\S\n]*\n)*/.exec(whole)?.[0].length ?? 0;
  const script = outdented(whole.slice(leading), piece.indent ?? '').trimEnd();
  if (script.trim() === '') return null;
  const line = text.slice(0, piece.start + leading).split('\n').length - 1;
  return { script, dialect: DIALECTS[piece.info] ?? looksLike(script), line };
}

/**
 * The closed fences between two offsets. A fence line within a triple-quoted text of the script, as prompts
 * hold them, does not close the script's own.
 */
function fencesIn(text: string, from: number, to: number): Piece[] {
  const found: Piece[] = [];
  const opening = /^([^\S\n]*)```[^\S\n]*([\w+-]*)[^\S\n]*\n/gm;
  opening.lastIndex = from;
  for (let open = opening.exec(text); open !== null && opening.lastIndex <= to; open = opening.exec(text)) {
    const start = opening.lastIndex;
    const end =
      closing(text, start, to, true) ?? closing(text, start, to, false) ?? closingInLine(text, start, to);
    if (end === null) continue;
    found.push({ start, end, info: (open[2] ?? '').toLowerCase(), indent: open[1] ?? '' });
    const next = text.indexOf('\n', end);
    opening.lastIndex = next === -1 ? text.length : next;
  }
  return found;
}

/** Offset of the line that closes a fence, or null. */
function closing(text: string, start: number, to: number, minding: boolean): number | null {
  let quoted: string | null = null;
  for (let at = start; at < to; ) {
    const next = text.indexOf('\n', at);
    const end = next === -1 || next > to ? to : next;
    const line = text.slice(at, end);
    if (quoted === null && /^[^\S\n]*```[^\S\n]*$/.test(line)) return at;
    if (minding) quoted = quoteAfter(line, quoted);
    at = end + 1;
  }
  return null;
}

/** Offset of a fence that is closed at the end of the last line of code, or null. */
function closingInLine(text: string, start: number, to: number): number | null {
  const found = /```[^\S\n]*$/m.exec(text.slice(start, to));
  return found === null ? null : start + found.index;
}

/** Whether a text ends within a fence that it opened and never closed: it was cut off in its script. */
export function endsInFence(text: string): boolean {
  return fencesIn(text, 0, text.length).length === 0 && /^[^\S\n]*```[^\S\n]*[\w+-]*[^\S\n]*$/m.test(text);
}

/** Lines without the white space that their fence has before it. */
function outdented(script: string, indent: string): string {
  if (indent === '') return script;
  return script
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

/** The triple quote that is open at the end of a line. */
function quoteAfter(line: string, before: string | null): string | null {
  let quoted = before;
  for (const [mark] of line.matchAll(/\\.|"""|'''|#/g)) {
    if (mark === '#' && quoted === null) break;
    if (mark !== '"""' && mark !== "'''") continue;
    if (quoted === null) quoted = mark;
    else if (quoted === mark) quoted = null;
  }
  return quoted;
}

/** The same lines without their text. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
