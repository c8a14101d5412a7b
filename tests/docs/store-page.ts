import { readFileSync } from 'node:fs';
import type { Store } from '../../store/store.ts';
import { storePage } from '../../tools/store-page.ts';

const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');

/** The query of the page that says all of this, and what is printed below it. */
export function section(...parts: readonly string[]) {
  const found = storePage().filter(({ query }) => parts.every((part) => query.includes(part)));
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} queries of docs/store.md say ${parts.join(', ')}`);
  return only;
}

/** Tables and views with their columns, as docs/store.md lists them. */
export const documented: ReadonlyMap<string, readonly string[]> = new Map(
  [...page.matchAll(/^\| `(\w+)` +\| (`\w+`(?:, `\w+`)+) +\|$/gm)].map(([, name = '', columns = '']) => [
    name,
    columns.replaceAll('`', '').split(', '),
  ]),
);

/** Tables and views with their columns, as a store has them. */
export function present(store: Store): ReadonlyMap<string, readonly string[]> {
  const names = store.connection.db
    .prepare<[], { name: string }>(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'`,
    )
    .all();
  const columns = store.connection.db.prepare<[string], { name: string }>(
    'SELECT name FROM pragma_table_info(?)',
  );
  return new Map(names.map(({ name }) => [name, columns.all(name).map((column) => column.name)]));
}
