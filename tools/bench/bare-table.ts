import Database from 'better-sqlite3';
import type { Store } from '../../store/store.ts';

/** A row of the store's table of events, column by column. */
type EventRow = [number, number, number, string, string, number, number, Buffer, Buffer, Buffer | null];
/** Key, run, name and scope of a stream. */
type StreamRow = [number, number, string, string];

/** What one transaction inserts: the streams that begin in it, and the events. */
interface Batch {
  readonly streams: readonly StreamRow[];
  readonly events: readonly EventRow[];
}

/**
 * The least that SQLite can be asked to do with the rows of a run: all of them finished, inserted one by one by
 * better-sqlite3 in transactions of the same size, under the same settings as the store, with one index.
 */
export class BareTable {
  readonly #db: Database.Database;
  readonly #batches: readonly Batch[];

  /** @param store holds one run, whose rows are taken */
  constructor(file: string, store: Store, batch: number) {
    this.#batches = batchesOf(store, batch);
    this.#db = new Database(file);
    this.#db.pragma('page_size = 4096');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.pragma('wal_autocheckpoint = 4000');
    this.#db.exec(
      `CREATE TABLE streams (key INTEGER PRIMARY KEY, run INTEGER, name TEXT, scope TEXT);
       CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, type TEXT,
         data TEXT, time INTEGER, attempt INTEGER, head BLOB, chain BLOB, bytes BLOB);
       CREATE UNIQUE INDEX by_stream ON events (stream, version)`,
    );
  }

  /** Inserts all rows, under keys of their own in every round. */
  fill(round: number): void {
    const stream = this.#db.prepare('INSERT INTO streams VALUES (?, ?, ?, ?)');
    const event = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const keys = round * 2 ** 24;
    const insert = this.#db.transaction(({ streams, events }: Batch) => {
      for (const [key, ...rest] of streams) stream.run(key + keys, ...rest);
      for (const [position, key, ...rest] of events) {
        event.run(position + round * 2 ** 32, key + keys, ...rest);
      }
    });
    for (const batch of this.#batches) insert.immediate(batch);
  }

  close(): void {
    this.#db.close();
  }
}

function batchesOf({ connection: { db } }: Store, size: number): Batch[] {
  const events = db
    .prepare<[], EventRow>(
      `SELECT position, stream, version, type, data, time, attempt, head, chain, bytes
       FROM events ORDER BY position`,
    )
    .raw()
    .all();
  const streams = new Map(
    db
      .prepare<[], StreamRow>('SELECT key, run, name, scope FROM streams')
      .raw()
      .all()
      .map((row) => [row[0], row]),
  );
  return Array.from({ length: Math.ceil(events.length / size) }, (_, index) => {
    const part = events.slice(index * size, (index + 1) * size);
    const begun = part.filter(([, , version]) => version === 0).map(([, key]) => streams.get(key));
    return { events: part, streams: begun.filter((row) => row !== undefined) };
  });
}
