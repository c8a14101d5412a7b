import { oneLine } from '../core/printable.ts';

/** Columns of text, each cell printable and in one line, padded to their widest cell; numbers to the right. A heading may have several lines. */
export function table(headings: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(oneLine));
  const heads = headings.map((heading) => heading.split('\n'));
  const height = Math.max(...heads.map(({ length }) => length));
  const above = Array.from({ length: height }, (_, line) =>
    // Short headings stand right above their column.
    heads.map((lines) => lines[line - height + lines.length] ?? ''),
  );
  const widths = headings.map((_, column) =>
    Math.max(...[...above, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const numeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d.,/+−e-]*$/.test(row[column] ?? '')),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [...above, ...rows].map(line).join('\n');
}
