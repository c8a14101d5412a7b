import { linkSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** The bytes 'Trpe' at offset 68 of the file: what `file(1)` and the opening rules know a store by. */
export const APPLICATION_ID = 0x54727065;

/** The version of {@link SCHEMA}, at offset 60 of the file. Raise it with every change, and upgrade older files. */
export const SCHEMA_VERSION = 1;

/**
 * An event's `position` is `run * 2^32 + seq`: one B-tree holds the events of each run together and in
 * order, without a second index. Each row also holds the head of its stream after it, so that an append
 * changes no older row but the run's. The view `log` shows it as people think of it.
 */
const SCHEMA = `
  CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    config TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    code_version TEXT NOT NULL,
    events INTEGER NOT NULL,
    row_hash TEXT NOT NULL
  ) STRICT;
  CREATE TABLE attempts (
    run INTEGER NOT NULL REFERENCES runs,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (run, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE streams (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    UNIQUE (run, name)
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    time INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    head BLOB NOT NULL,
    row_hash BLOB NOT NULL,
    UNIQUE (stream, version)
  ) STRICT;
  CREATE TABLE blobs (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE blob_refs (
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES blobs,
    PRIMARY KEY (run, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blob_refs_by_hash ON blob_refs (hash);
  CREATE VIEW log AS
    SELECT runs.id AS run, events.position & 4294967295 AS seq, streams.name AS stream, events.version,
      events.type, events.data, events.time, events.attempt
    FROM events JOIN streams ON streams.key = events.stream JOIN runs ON runs.key = streams.run;
`;

/** The position of the event `seq` of a run; `seq` 0 is just before the first. */
export function positionOf(run: number, seq: number): number {
  return run * 2 ** 32 + seq;
}

export function seqOf(position: number): number {
  return position % 2 ** 32;
}

/**
 * Creates an empty store under a name that must be free. The file appears whole or not at all, and a
 * store that another process puts there first is left alone.
 */
export function createFile(file: string): void {
  const draft = `${file}.new-${process.pid}`;
  try {
    rmSync(draft, { force: true });
    const db = new Database(draft);
    try {
      db.pragma('page_size = 8192');
      db.pragma('journal_mode = WAL');
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${SCHEMA_VERSION}`);
      db.exec(SCHEMA);
    } finally {
      db.close();
    }
    publish(draft, file);
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(draft + end, { force: true });
  }
}

function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    renameSync(draft, file); // a file system without hard links
  }
}
