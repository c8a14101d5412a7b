import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UserError } from '../../src/core/errors.ts';

const BEGIN = '<!-- troupe bench families: begin -->';
const END = '<!-- troupe bench families: end -->';

/** Puts lines of Markdown between the marks of a page, and leaves the rest of it as it is. */
export function writePart(file: string, lines: readonly string[]): void {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new UserError(
      'no-marks',
      `${file} has no place for the table; put the lines "${BEGIN}" and "${END}" where it shall be.`,
    );
  }
  const text = `${page.slice(0, begin + BEGIN.length)}\n\n${lines.join('\n')}\n\n${page.slice(end)}`;
  writeFileSync(`${file}.partial`, text);
  renameSync(`${file}.partial`, file);
}
