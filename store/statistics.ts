import { existsSync, statSync } from 'node:fs';
import type { Store } from './store.ts';

/** How many of something there are, and how many bytes they take. */
export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

export interface RunStatistics {
  readonly run: string;
  readonly events: number;
  /** Bytes of the events' data (JSON) and of their binary part (tokens). */
  readonly dataBytes: number;
  readonly binaryBytes: number;
  readonly streams: number;
  readonly snapshots: Amount;
  /** Blobs by kind; one that the run names twice counts once. */
  readonly blobs: { readonly [kind: string]: Amount };
  /** Tokens that were sampled, and bytes of events (data and binary) for each; null where there are none. */
  readonly sampledTokens: number;
  readonly bytesPerToken: number | null;
}

export interface StoreStatistics {
  readonly file: string;
  readonly fileBytes: number;
  readonly walBytes: number;
  /** Bytes of pages that hold nothing; `troupe store compact` gives them back. */
  readonly freeBytes: number;
  /** Bytes on disk of each table with its indexes. */
  readonly tables: { readonly [table: string]: number };
  /** All blobs; one that several runs share counts once. */
  readonly blobs: Amount;
  readonly runs: readonly RunStatistics[];
}

interface EventRow {
  readonly run: string;
  readonly events: number;
  readonly dataBytes: number;
  readonly binaryBytes: number;
}

interface BlobRow extends Amount {
  readonly run: string;
  readonly kind: string;
}

/** The sizes of a store and of what is in it. Reads every event once, writes nothing. */
export function storeStatistics(store: Store): StoreStatistics {
  const { connection, file } = store;
  const { db } = connection;
  return connection.snapshot(() => {
    const amount = (sql: string) => db.prepare<[], Amount>(sql).get() ?? { count: 0, bytes: 0 };
    const tables = db
      .prepare<[], { name: string; bytes: number }>(
        `SELECT tbl_name AS name, sum(pgsize) AS bytes FROM dbstat JOIN sqlite_schema USING (name)
         WHERE aggregate = TRUE GROUP BY tbl_name ORDER BY bytes DESC`,
      )
      .all();
    return {
      file,
      fileBytes: statSync(file).size,
      walBytes: existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0,
      freeBytes: Number(db.pragma('freelist_count', { simple: true })) * pageSize(store),
      tables: Object.fromEntries(tables.map(({ name, bytes }) => [name, bytes])),
      blobs: amount('SELECT count(*) AS count, ifnull(sum(size), 0) AS bytes FROM blobs'),
      runs: runStatistics(store),
    };
  });
}

function pageSize({ connection }: Store): number {
  return Number(connection.db.pragma('page_size', { simple: true }));
}

function runStatistics({ connection: { db } }: Store): RunStatistics[] {
  const events = db
    .prepare<[], EventRow>(
      `SELECT id AS run, count(position) AS events, ifnull(sum(octet_length(data)), 0) AS dataBytes,
         ifnull(sum(octet_length(bytes)), 0) AS binaryBytes
       FROM runs LEFT JOIN events ON position >= key << 32 AND position < (key + 1) << 32
       GROUP BY key ORDER BY key`,
    )
    .all();
  const tokens = byRun(
    db.prepare<[], { run: string; value: number }>(
      'SELECT run, sum(tokens) AS value FROM calls GROUP BY run',
    ),
  );
  const streams = byRun(
    db.prepare<[], { run: string; value: number }>(
      'SELECT id AS run, count(*) AS value FROM streams JOIN runs ON runs.key = run GROUP BY run',
    ),
  );
  const snapshots = new Map(
    db
      .prepare<[], Amount & { run: string }>(
        `SELECT id AS run, count(*) AS count, sum(length(state)) AS bytes
         FROM snapshots JOIN runs ON runs.key = run GROUP BY run`,
      )
      .all()
      .map(({ run, count, bytes }) => [run, { count, bytes }]),
  );
  const blobs = db
    .prepare<[], BlobRow>(
      `SELECT id AS run, kind, count(*) AS count, sum(size) AS bytes
       FROM (SELECT DISTINCT run, kind, hash FROM blob_refs) AS refs JOIN blobs USING (hash) JOIN runs ON runs.key = refs.run
       GROUP BY id, kind ORDER BY kind`,
    )
    .all();
  return events.map((row) => {
    const sampled = tokens.get(row.run) ?? 0;
    return {
      ...row,
      streams: streams.get(row.run) ?? 0,
      snapshots: snapshots.get(row.run) ?? { count: 0, bytes: 0 },
      blobs: Object.fromEntries(
        blobs.filter(({ run }) => run === row.run).map(({ kind, count, bytes }) => [kind, { count, bytes }]),
      ),
      sampledTokens: sampled,
      bytesPerToken: sampled === 0 ? null : (row.dataBytes + row.binaryBytes) / sampled,
    };
  });
}

function byRun(statement: { all(): { run: string; value: number }[] }): Map<string, number> {
  return new Map(statement.all().map(({ run, value }) => [run, value]));
}
