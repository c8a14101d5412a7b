import { UserError } from '../src/core/errors.ts';
import { Attempts } from './attempts.ts';
import { Blobs } from './blobs.ts';
import type { Connection } from './connection.ts';
import type { BlobInfo, EventReader } from './event-log.ts';
import type { Amount } from './statistics.ts';
import type { Store } from './store.ts';

export interface CompactionOptions {
  /** The runs whose superseded blobs go; all where it is left out. */
  readonly runs?: readonly string[];
  /** The names of a run's blobs that nothing needs any more. */
  readonly superseded: (run: EventReader) => readonly string[];
}

/** What a compaction takes away. */
export interface CompactionPlan {
  /** Blobs that a run named, largest first. */
  readonly removed: readonly (BlobInfo & { readonly run: string })[];
  /** Blobs that no run named. */
  readonly unused: Amount;
  readonly snapshots: Amount;
  /** Bytes of pages that held nothing before. */
  readonly freeBytes: number;
}

/**
 * What {@link compact} would take away. A superseded blob that anything else names, another run that was forked
 * off this one for example, stays, since nothing would be freed. Changes nothing.
 */
export function planCompaction(store: Store, { runs, superseded }: CompactionOptions): CompactionPlan {
  const { db } = store.connection;
  const chosen = runs?.map((run) => store.run(run).id) ?? store.names();
  const candidates = [...new Set(chosen)].flatMap((run) => {
    const reader = store.reader(run);
    const names = new Set(runs === undefined ? attempt(() => superseded(reader)) : superseded(reader));
    return reader.blobs().flatMap((blob) => (names.has(blob.name) ? [{ run, ...blob }] : []));
  });
  const named = new Map<string, number>();
  for (const { hash } of candidates) named.set(hash, (named.get(hash) ?? 0) + 1);
  const references = db.prepare<[string], { count: number }>(
    'SELECT count(*) AS count FROM blob_refs WHERE hash = ?',
  );
  const amount = (sql: string): Amount => db.prepare<[], Amount>(sql).get() ?? { count: 0, bytes: 0 };
  return store.connection.guard(() => ({
    removed: candidates
      .filter(({ hash, size }) => size >= 0 && references.get(hash)?.count === named.get(hash))
      .sort((a, b) => b.size - a.size),
    unused: amount(
      `SELECT count(*) AS count, ifnull(sum(size), 0) AS bytes FROM blobs
       WHERE NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash)`,
    ),
    snapshots: amount('SELECT count(*) AS count, ifnull(sum(length(state)), 0) AS bytes FROM snapshots'),
    freeBytes:
      Number(db.pragma('freelist_count', { simple: true })) *
      Number(db.pragma('page_size', { simple: true })),
  }));
}

/**
 * Takes away superseded blobs, blobs that no run names, and snapshots, in one transaction, and then gives
 * the freed pages back to the disk. Never an event. At whatever moment the process is killed, the store is whole.
 * Throws UserError while any run of the store is being written.
 */
export function compact(store: Store, options: CompactionOptions): CompactionPlan {
  const { connection } = store;
  const blobs = new Blobs(connection);
  const plan = connection.write(() => {
    refuseWriters(connection);
    const now = planCompaction(store, options);
    const keys = new Map(runKeys(connection));
    for (const { run, name } of now.removed) blobs.remove(keys.get(run) ?? 0, [name]);
    blobs.sweep();
    connection.db.exec('DELETE FROM snapshots');
    return now;
  });
  connection.guard(() => {
    if (Number(connection.db.pragma('freelist_count', { simple: true })) > 0) connection.db.exec('VACUUM');
    connection.db.pragma('wal_checkpoint(TRUNCATE)');
  });
  return plan;
}

/** Inside the transaction, so that no writer can begin meanwhile. */
function refuseWriters(connection: Connection): void {
  const attempts = new Attempts(connection);
  for (const [id, key] of runKeys(connection)) {
    const writer = attempts.writer(key);
    if (writer === undefined) continue;
    throw new UserError(
      'run-in-use',
      `The run ${id} in ${connection.file} is being written by process ${writer}; compact when it has ended, or stop it first.`,
    );
  }
}

/** The answer of a rule, or none for a run that cannot be read: it stays as it is, and keeps nobody from the others. */
function attempt(rule: () => readonly string[]): readonly string[] {
  try {
    return rule();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function runKeys({ db }: Connection): [id: string, key: number][] {
  return db
    .prepare<[], { id: string; key: number }>('SELECT id, key FROM runs')
    .all()
    .map(({ id, key }) => [id, key]);
}
