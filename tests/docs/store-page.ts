import { readFileSync } from 'node:fs';
import type { Store } from '../../store/store.ts';

export type Row = { readonly [column: string]: string | number | null };

const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');

/** The queries of docs/store.md, in order. */
export const queries: readonly string[] = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(
  ([, query = '']) => query,
);

/** The query of the page that says all of this. */
export function query(...parts: readonly string[]): string {
  const found = queries.filter((each) => parts.every((part) => each.includes(part)));
  if (found.length !== 1) throw new Error(`${found.length} queries of docs/store.md say ${parts.join(', ')}`);
  return found[0] ?? '';
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

export function ask(store: Store, query: string): Row[] {
  return store.connection.db.prepare<[], Row>(query).all();
}
