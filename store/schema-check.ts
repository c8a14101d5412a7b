import Database from 'better-sqlite3';
import { UserError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';
import { EVERYTHING } from './schema.ts';

/** The columns and indexes that a store of this format must have and this one lacks, as `events.head`. */
export function missingParts(db: Database.Database): string[] {
  return withEmpty((empty) => {
    const present = new Set(parts(db));
    return parts(empty).filter((part) => !present.has(part));
  });
}

/**
 * What a file has besides a store's parts, or has otherwise, in words: triggers, which would act in the name of whoever
 * writes; tables and indexes that are not ours; views of ours that answer otherwise than they do, or did in an older Troupe.
 */
export function foreignParts(db: Database.Database): string[] {
  return withEmpty((empty) => {
    const ours = new Map(definitions(empty).map(({ type, name, sql }) => [`${type} ${name}`, normal(sql)]));
    return definitions(db).flatMap(({ type, name, sql }) => {
      const mine = ours.get(`${type} ${name}`);
      // A view of the user's own reads what it likes, and acts on nothing.
      if (mine === undefined) return type === 'view' ? [] : [`the ${type} ${name} is not part of a store`];
      const text = normal(sql);
      return text === mine || UPGRADED.includes(text) || isOlderView(name, text)
        ? []
        : [`the ${type} ${name} is not defined as in a store`];
    });
  });
}

/** Throws UserError for a file whose triggers, tables or indexes would act when it is written. */
export function refuseForeign(db: Database.Database, file: string): void {
  const [first] = foreignParts(db).filter((part) => !part.startsWith('the view '));
  if (first === undefined) return;
  throw new UserError(
    'store-foreign',
    `The store ${file} is not written: ${first}; "troupe store import" takes its runs into a store of your own.`,
  );
}

/** Tables that an upgrade leaves otherwise than a new store has them. */
const UPGRADED = [
  `CREATE TABLE streams (key INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '', UNIQUE (run, name)) STRICT`,
].map(normal);

/** Views as 8524330 defined them, by the hash of their text: a file has them until a command writes it. */
const OLDER_VIEWS: { readonly [name: string]: string } = {
  evaluations: 'cf6b5a21d69362ec',
  updates: 'f9d061ed33c9f1e3',
  credits: '06d188246fae3ae2',
  steps: '7190ac8adce4c1d8',
};

function isOlderView(name: string, text: string): boolean {
  return OLDER_VIEWS[name] === sha256(text).slice(0, 16);
}

interface Definition {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

/** Everything in a file that has a definition; the indexes that SQLite makes for constraints have none. */
function definitions(db: Database.Database): Definition[] {
  return db
    .prepare<[], Definition>(
      `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name`,
    )
    .all();
}

function normal(sql: string): string {
  return sql
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .trim();
}

function parts(db: Database.Database): string[] {
  return db
    .prepare<[], { part: string }>(
      `SELECT s.name || '.' || c.name AS part FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS c
       WHERE s.type = 'table'
       UNION ALL SELECT name FROM sqlite_schema WHERE type IN ('index', 'view')`,
    )
    .all()
    .map(({ part }) => part);
}

function withEmpty<T>(look: (empty: Database.Database) => T): T {
  const empty = new Database(':memory:');
  try {
    empty.exec(EVERYTHING);
    return look(empty);
  } finally {
    empty.close();
  }
}
