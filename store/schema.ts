import { linkSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { CREATE_VIEWS } from './views.ts';

/** The bytes 'Trpe' at offset 68 of the file: what `file(1)` and the opening rules know a store by. */
export const APPLICATION_ID = 0x54727065;

/** The version of the tables, at offset 60 of the file. Raise it with every change, and see to older files in `upgrade.ts`. */
export const SCHEMA_VERSION = 2;

/**
 * Streams are found by their scope, the first four parts of their names (`step/0003/task/001`): there are few to
 * a scope, and new ones touch few pages of this index, where an index on whole names would scatter them.
 */
export const STREAMS_BY_SCOPE = 'CREATE INDEX streams_by_scope ON streams (run, scope);';

/**
 * An event's `position` is `run * 2^32 + seq`: one B-tree holds the events of each run together and in
 * order, without a second index. Each row also holds the head of its stream after it, and the last row of
 * each append the end of the chain of commits, so that an append changes no older row but the run's tail.
 */
const TABLES = `
  CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    config TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    code_version TEXT NOT NULL,
    old_events INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE attempts (
    run INTEGER NOT NULL REFERENCES runs,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    note TEXT NOT NULL,
    code_version TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, attempt)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE streams (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    scope TEXT NOT NULL
  ) STRICT;
  ${STREAMS_BY_SCOPE}
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    time INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    head BLOB NOT NULL,
    chain BLOB NOT NULL,
    bytes BLOB,
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
`;

/** The columns of the table of events, in the order in which they are inserted. */
export const EVENT_TABLE_COLUMNS = [
  'position',
  'stream',
  'version',
  'type',
  'data',
  'time',
  'attempt',
  'head',
  'chain',
  'bytes',
];

/** How far each run has come, and the end of its chain of commits (64 hex digits). */
export const TAILS = `
  CREATE TABLE tails (
    run INTEGER PRIMARY KEY REFERENCES runs,
    events INTEGER NOT NULL,
    chain TEXT NOT NULL
  ) STRICT;
`;

/** States of folds, to begin a replay with: a cache. Every row may be deleted at any time. */
export const SNAPSHOTS = `
  CREATE TABLE snapshots (
    run INTEGER NOT NULL REFERENCES runs,
    view TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (run, view, seq)
  ) STRICT, WITHOUT ROWID;
`;

/** What the blobs were that compaction took away, by the names under which a run had them. */
export const REMOVED_BLOBS = `
  CREATE TABLE removed_blobs (
    run INTEGER NOT NULL REFERENCES runs,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (run, name)
  ) STRICT, WITHOUT ROWID;
`;

/** What an empty store consists of. */
export const EVERYTHING = TABLES + TAILS + SNAPSHOTS + REMOVED_BLOBS + CREATE_VIEWS;

/** The highest number of a run: positions stay exact. */
const LAST_RUN = 2 ** 20;

/** Whether a run may have this number. */
export function isRunKey(key: number): boolean {
  return Number.isInteger(key) && key > 0 && key <= LAST_RUN;
}

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
      db.pragma('page_size = 4096');
      db.pragma('journal_mode = WAL');
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${SCHEMA_VERSION}`);
      db.exec(EVERYTHING);
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
