import type Database from 'better-sqlite3';
import { UserError } from '../src/core/errors.ts';
import { isAlive } from './alive.ts';
import { scopeOf } from './chain.ts';
import { REMOVED_BLOBS, SCHEMA_VERSION, SNAPSHOTS, STREAMS_BY_SCOPE, TAILS } from './schema.ts';
import { CREATE_VIEWS } from './views.ts';

/**
 * Brings the tables of an older store up to date, in one transaction; does nothing to a current one. No
 * event is rewritten, whatever the store's size: the chain of rows of format 1 goes on as a chain of commits, each
 * of one event, and `old_events` says how far the old rule for hashes and the old form of events hold. Throws
 * UserError while a process is still writing the store.
 */
export function upgrade(db: Database.Database, file: string): void {
  const version = () => Number(db.pragma('user_version', { simple: true }));
  if (version() >= SCHEMA_VERSION) return;
  db.transaction(() => {
    if (version() >= SCHEMA_VERSION) return;
    const triggers = db
      .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
      .all();
    const [trigger] = triggers;
    if (trigger !== undefined) {
      throw new UserError(
        'store-foreign',
        `The store ${file} is of an older format and has a trigger ${trigger.name}, which no store has; take a copy from whoever recorded it.`,
      );
    }
    const writers = db
      .prepare<[], { pid: number; process: string }>(
        'SELECT pid, process FROM attempts WHERE ended_at IS NULL',
      )
      .all();
    const writer = writers.find(({ pid, process }) => isAlive(pid, process));
    if (writer !== undefined) {
      throw new UserError(
        'store-in-use',
        `The store ${file} is of an older format, and process ${writer.pid} is writing it with an older Troupe; wait until it ends, or stop it first.`,
      );
    }
    db.function('scope_of', { deterministic: true }, (name) => scopeOf(String(name)));
    db.exec(FROM_1_TO_2 + CREATE_VIEWS);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

const FROM_1_TO_2 = `
  ${TAILS}
  INSERT INTO tails (run, events, chain) SELECT key, events, row_hash FROM runs;
  ALTER TABLE runs ADD COLUMN old_events INTEGER NOT NULL DEFAULT 0;
  UPDATE runs SET old_events = events;
  DROP VIEW IF EXISTS log;
  ALTER TABLE runs DROP COLUMN events;
  ALTER TABLE runs DROP COLUMN row_hash;
  ALTER TABLE attempts ADD COLUMN code_version TEXT NOT NULL DEFAULT '';
  ALTER TABLE streams ADD COLUMN scope TEXT NOT NULL DEFAULT '';
  UPDATE streams SET scope = scope_of(name);
  ${STREAMS_BY_SCOPE}
  ALTER TABLE events RENAME COLUMN row_hash TO chain;
  ALTER TABLE events ADD COLUMN bytes BLOB;
  ${SNAPSHOTS}
  ${REMOVED_BLOBS}
`;
