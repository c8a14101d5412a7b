// The results that docs/store.md prints: `node --import tsx tools/store-page.ts STORE` asks the page's queries of a
// store, the one of the run that the page names, and puts what they answer below them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../src/core/errors.ts';
import { Store } from '../store/store.ts';

const PAGE = new URL('../docs/store.md', import.meta.url);
/** A query, and the table of what it answered, where one is printed. */
const SECTION = /^```sql\n(.*?)^```\n(?:\n((?:\|[^\n]*\|\n)+))?/gms;

export type Row = { readonly [column: string]: string | number | null };

export interface Section {
  readonly query: string;
  /** Headings and cells as printed; null where there is only a query. */
  readonly printed: readonly (readonly string[])[] | null;
}

/** The queries of the page, in order. */
export function storePage(): Section[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(SECTION)].map(([, query = '', lines]) => ({
    query,
    printed: lines === undefined ? null : readTable(lines),
  }));
}

export function ask(store: Store, query: string): Row[] {
  return store.connection.db.prepare<[], Row>(query).all();
}

/** The page with the answers of this store. */
function filledIn(page: string, store: Store): string {
  return page.replaceAll(SECTION, (section: string, query: string, lines: string | undefined) =>
    lines === undefined ? section : `\`\`\`sql\n${query}\`\`\`\n\n${writeTable(ask(store, query))}`,
  );
}

function readTable(lines: string): string[][] {
  const [headings = '', , ...rows] = lines.trimEnd().split('\n');
  return [headings, ...rows].map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll(/\\([|*])/g, '$1')),
  );
}

function writeTable(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) throw new InvariantError('a query of the page finds nothing in this store');
  const headings = Object.keys(first);
  const cells = rows.map((row) =>
    headings.map((heading) =>
      String(row[heading] ?? '')
        .replaceAll(/[|*]/g, '\\$&')
        .replaceAll('\n', '<br>'),
    ),
  );
  const widths = headings.map((heading, column) =>
    Math.max(3, heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return [line(headings), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const store = Store.open(process.argv[2] ?? 'troupe.db', { mode: 'read', clock: () => 0 });
  writeFileSync(PAGE, filledIn(readFileSync(PAGE, 'utf8'), store));
  store.close();
}
