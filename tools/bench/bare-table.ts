import Database from 'better-sqlite3';
import type { Store } from '../../store/store.ts';

/** A row of the store's table of events, column by column. */
type Row = [number, number, number, string, string, number, number, Buffer, Buffer, Buffer | null];

/**
 * The least that SQLite can be asked to do with the rows of a run: finished, inserted one by one by better-sqlite3 in
 * transactions of the same size, under the same settings as the store, into a table with one index.
 */
export class BareTable {
  readonly #db: Database.Database;
  readonly #rows: readonly Row[];
  readonly #batch: number;

  /** @param store holds one run, whose rows are taken */
  constructor(file: string, store: Store, batch: number) {
    this.#rows = rowsOf(store);
    this.#batch = batch;
    this.#db = new Database(file);
    this.#db.pragma('page_size = 4096');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.pragma('wal_autocheckpoint = 4000');
    this.#db.exec(
      `CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, type TEXT,
         data TEXT, time INTEGER, attempt INTEGER, head BLOB, chain BLOB, bytes BLOB);
       CREATE UNIQUE INDEX by_stream ON events (stream, version)`,
    );
  }

  /** Inserts all rows, under keys of their own in every round. */
  fill(round: number): void {
    const insert = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const some = this.#db.transaction((rows: readonly Row[]) => {
      for (const [position, stream, ...rest] of rows) {
        insert.run(position + round * 2 ** 32, stream + round * 2 ** 24, ...rest);
      }
    });
    for (let at = 0; at < this.#rows.length; at += this.#batch) {
      some.immediate(this.#rows.slice(at, at + this.#batch));
    }
  }

  close(): void {
    this.#db.close();
  }
}

function rowsOf(store: Store): Row[] {
  return store.connection.db
    .prepare<[], Row>(
      `SELECT position, stream, version, type, data, time, attempt, head, chain, bytes
       FROM events ORDER BY position`,
    )
    .raw()
    .all();
}
