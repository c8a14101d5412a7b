/** Everything that moves a terminal's cursor, rings its bell or begins an escape sequence: C0, DEL and C1, line breaks aside. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/**
 * A text that a model, a tool or a task wrote, as a terminal may have it: control characters are spelled out (`\x1b`),
 * tabs become two spaces, line breaks stay.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\t' ? '  ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** A printable text in one line: line breaks and the white space around them become one space. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*|\t/g, ' ').trimEnd());
}
