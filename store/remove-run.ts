import { UserError } from '../src/core/errors.ts';
import { Attempts } from './attempts.ts';
import { Blobs } from './blobs.ts';
import { positionOf } from './schema.ts';
import type { Store } from './store.ts';

/** What is gone: the run's name, and how many events it had. */
export interface RemovedRun {
  readonly run: string;
  readonly events: number;
}

/**
 * Takes a run out of a store with all that belongs to it alone, in one transaction, whether it can be read or not. The
 * file gets no smaller before a compaction. Throws UserError for a run that is not there or is being written.
 */
export function removeRun({ connection }: Store, name: string): RemovedRun {
  const { db, file } = connection;
  return connection.write(() => {
    const row = db
      .prepare<[string, string], { key: number; id: string }>('SELECT key, id FROM runs WHERE id IN (?, ?)')
      .get(name, `run-${name}`);
    if (row === undefined) {
      throw new UserError(
        'unknown-run',
        `There is no run ${name} in the store ${file}; "troupe runs" lists them, and remove takes no "latest".`,
      );
    }
    const { key, id } = row;
    const writer = new Attempts(connection).writer(key);
    if (writer !== undefined) {
      throw new UserError(
        'run-in-use',
        `The run ${id} in ${file} is being written by process ${writer}; wait until it ends, or stop it first.`,
      );
    }
    const events = db
      .prepare<[number, number]>('DELETE FROM events WHERE position >= ? AND position < ?')
      .run(positionOf(key, 0), positionOf(key + 1, 0)).changes;
    for (const table of BELONGING) db.prepare<[number]>(`DELETE FROM ${table} WHERE run = ?`).run(key);
    db.prepare<[number]>('DELETE FROM runs WHERE key = ?').run(key);
    new Blobs(connection).sweep();
    return { run: id, events };
  });
}

/** The tables whose rows name their run. */
const BELONGING = ['streams', 'tails', 'attempts', 'blob_refs', 'removed_blobs', 'snapshots'];
