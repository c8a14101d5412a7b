import { printable } from '../core/printable.ts';

/** Writes to standard output. All that commands print goes through here, so that no text that a model wrote gets there raw. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Writes text that has colours, and whose other parts are printable already. */
export function printStyled(text: string): void {
  process.stdout.write(text);
}

/** Writes to standard error: sentences about what went wrong. */
export function warn(text: string): void {
  process.stderr.write(printable(text));
}
