import { UserError } from '../src/core/errors.ts';
import type { AttemptRow } from './attempts.ts';
import { BulkInsert } from './bulk-insert.ts';
import type { Connection } from './connection.ts';
import type { RunRow } from './runs.ts';
import { EVENT_TABLE_COLUMNS, positionOf, seqOf } from './schema.ts';

/** The key and the name that a run gets in another store. */
export interface Target {
  readonly key: number;
  readonly id: string;
}

interface StoredRow {
  readonly position: number;
  readonly stream: number;
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly time: number;
  readonly attempt: number;
  readonly head: Buffer;
  readonly chain: Buffer;
  readonly bytes: Buffer | null;
}

/** Events between two reports of progress. */
const REPORT = 1000;

/**
 * Copies a run, with its events as they stand and its blobs, into another store. Keys are those of the other store;
 * no hash covers them, so every hash goes on being true. Both sides must be in a transaction; `onProgress` hears how
 * many events were copied. Throws UserError for a run that lacks something.
 */
export function copyRun(
  from: Connection,
  run: RunRow,
  to: Connection,
  target: Target,
  onProgress?: (events: number) => void,
): void {
  copyNotes(from, run, to, target);
  const streams = copyStreams(from, run.key, to, target.key);
  copyEvents(from, run.key, to, target.key, streams, onProgress);
  copyBlobs(from, run.key, to, target.key);
}

/** The run's own row and tail, and its attempts. None of these is being written in the copy. */
function copyNotes(from: Connection, run: RunRow, { db }: Connection, { key, id }: Target): void {
  const { created_at, status, config, config_hash, code_version, old_events, events, chain } = run;
  db.prepare(
    `INSERT INTO runs (key, id, created_at, status, config, config_hash, code_version, old_events)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(key, id, created_at, status, config, config_hash, code_version, old_events);
  db.prepare('INSERT INTO tails (run, events, chain) VALUES (?, ?, ?)').run(key, events, chain);
  const insert = db.prepare(
    `INSERT INTO attempts (run, attempt, started_at, ended_at, pid, process, note, code_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastTime = from.db
    .prepare<[number], { time: number }>('SELECT time FROM events WHERE position = ?')
    .get(positionOf(run.key, events))?.time;
  for (const row of from.db.prepare<[number], AttemptRow>(ATTEMPTS).iterate(run.key)) {
    const { attempt, started_at, ended_at, pid, process, note, code_version } = row;
    const end = ended_at ?? Math.max(started_at, lastTime ?? started_at);
    insert.run(
      key,
      attempt,
      started_at,
      end,
      pid,
      process,
      ended_at === null ? 'copied' : note,
      code_version,
    );
  }
}

const ATTEMPTS = 'SELECT * FROM attempts WHERE run = ?';

/** Returns the new keys of the streams by their old ones. */
function copyStreams(
  from: Connection,
  run: number,
  { db }: Connection,
  key: number,
): ReadonlyMap<number, number> {
  const keys = new Map<number, number>();
  const insert = new BulkInsert(db, 'streams', ['key', 'run', 'name', 'scope']);
  let next = db.prepare<[], { key: number | null }>('SELECT max(key) AS key FROM streams').get()?.key ?? 0;
  const rows = from.db
    .prepare<[number], { key: number; name: string; scope: string }>(
      'SELECT key, name, scope FROM streams WHERE run = ? ORDER BY key',
    )
    .iterate(run);
  for (const { key: old, name, scope } of rows) {
    keys.set(old, ++next);
    insert.add(next, key, name, scope);
  }
  insert.flush();
  return keys;
}

function copyEvents(
  from: Connection,
  run: number,
  { db }: Connection,
  key: number,
  streams: ReadonlyMap<number, number>,
  onProgress?: (events: number) => void,
): void {
  const insert = new BulkInsert(db, 'events', EVENT_TABLE_COLUMNS);
  const rows = from.db
    .prepare<[number, number], StoredRow>(
      'SELECT * FROM events WHERE position > ? AND position < ? ORDER BY position',
    )
    .iterate(positionOf(run, 0), positionOf(run + 1, 0));
  let copied = 0;
  for (const { position, stream, version, type, data, time, attempt, head, chain, bytes } of rows) {
    const to = streams.get(stream);
    if (to === undefined) throw incomplete(from, `the stream of event ${seqOf(position)} is missing`);
    insert.add(positionOf(key, seqOf(position)), to, version, type, data, time, attempt, head, chain, bytes);
    if (++copied % REPORT === 0) onProgress?.(copied);
  }
  insert.flush();
}

/** Blobs that the other store has already are shared; what compaction took away stays noted. */
function copyBlobs(from: Connection, run: number, { db }: Connection, key: number): void {
  const store = db.prepare('INSERT INTO blobs (hash, size, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const refer = db.prepare('INSERT INTO blob_refs (run, name, kind, hash) VALUES (?, ?, ?, ?)');
  const blobs = from.db
    .prepare<[number], { name: string; kind: string; hash: string; size: number; bytes: Buffer | null }>(
      'SELECT name, kind, blob_refs.hash AS hash, size, bytes FROM blob_refs LEFT JOIN blobs USING (hash) WHERE run = ?',
    )
    .iterate(run);
  for (const { name, kind, hash, size, bytes } of blobs) {
    if (bytes === null) throw incomplete(from, `the blob ${name} is missing`);
    store.run(hash, size, bytes);
    refer.run(key, name, kind, hash);
  }
  const note = db.prepare('INSERT INTO removed_blobs (run, name, kind, hash, size) VALUES (?, ?, ?, ?, ?)');
  const removed = from.db
    .prepare<[number], { name: string; kind: string; hash: string; size: number }>(
      'SELECT name, kind, hash, size FROM removed_blobs WHERE run = ?',
    )
    .iterate(run);
  for (const { name, kind, hash, size } of removed) note.run(key, name, kind, hash, size);
}

function incomplete({ file }: Connection, what: string): UserError {
  return new UserError(
    'store-damaged',
    `The run cannot be copied from ${file}: ${what}; "troupe store check" says more.`,
  );
}
