/**
 * What moves a terminal's cursor, rings its bell, begins an escape sequence or turns the direction of writing round: C0
 * but line breaks and tabs, DEL, C1, and Unicode's embeddings, overrides and isolates.
 */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text as a terminal or a picture may have it, whoever wrote it: control characters are spelled out (`\u001b`), nothing is
 * left out. In JSON the same spelling stands for the character itself, so that JSON parses back to the same text.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A printable text in one line: line breaks and the white space around them become one space. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*|\t/g, ' ').trimEnd());
}

/** A printable text for a place in columns: tabs become two spaces, line breaks stay. */
export function inColumns(text: string): string {
  return printable(text).replaceAll('\t', '  ');
}
