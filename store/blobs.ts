import { UserError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';
import type { Connection } from './connection.ts';
import type { BlobChange, BlobInfo } from './event-log.ts';

/**
 * Large contents (weights, models), stored once under their hash. Runs refer to them by name; a blob that
 * no run refers to any more is deleted together with its last reference.
 */
export class Blobs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Carries out a change for a run, inside the caller's write transaction. Names unknown to `drop` are passed over. */
  change(run: number, change: BlobChange): void {
    if (!change.put?.length && !change.drop?.length) return;
    const { db } = this.#connection;
    const released = new Set<string>();
    const release = db.prepare<[number, string], { hash: string }>(
      'DELETE FROM blob_refs WHERE run = ? AND name = ? RETURNING hash',
    );
    const forget = db.prepare<[number, string]>('DELETE FROM removed_blobs WHERE run = ? AND name = ?');
    const letGo = (name: string): void => {
      forget.run(run, name);
      const row = release.get(run, name);
      if (row) released.add(row.hash);
    };
    for (const name of change.drop ?? []) letGo(name);
    for (const { name, kind, bytes } of change.put ?? []) {
      letGo(name);
      const hash = sha256(bytes);
      db.prepare('INSERT INTO blobs (hash, size, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
        hash,
        bytes.byteLength,
        bytes,
      );
      db.prepare('INSERT INTO blob_refs (run, name, kind, hash) VALUES (?, ?, ?, ?)').run(
        run,
        name,
        kind,
        hash,
      );
    }
    const sweep = db.prepare(
      'DELETE FROM blobs WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash)',
    );
    for (const hash of released) sweep.run(hash);
  }

  /** The bytes with this hash, or undefined. Throws {@link UserError} if they were altered. */
  bytes(hash: string): Uint8Array | undefined {
    const row = this.#connection.guard(() =>
      this.#connection.db
        .prepare<[string], { bytes: Buffer }>('SELECT bytes FROM blobs WHERE hash = ?')
        .get(hash),
    );
    if (row === undefined) return undefined;
    if (sha256(row.bytes) !== hash) {
      throw new UserError(
        'store-damaged',
        `The blob ${hash} in the store ${this.#connection.file} was altered; restore the store from a copy.`,
      );
    }
    return row.bytes;
  }

  /** The hash that a run's name refers to. */
  hashOf(run: number, name: string): string | undefined {
    return this.#connection.guard(
      () =>
        this.#connection.db
          .prepare<[number, string], { hash: string }>(
            'SELECT hash FROM blob_refs WHERE run = ? AND name = ?',
          )
          .get(run, name)?.hash,
    );
  }

  /** The blobs that a run refers to, sorted by name. `size` is -1 where the blob itself is missing. */
  list(run: number): BlobInfo[] {
    return this.#connection.guard(() =>
      this.#connection.db
        .prepare<[number], BlobInfo>(
          `SELECT name, kind, blob_refs.hash AS hash, ifnull(size, -1) AS size
           FROM blob_refs LEFT JOIN blobs USING (hash) WHERE run = ? ORDER BY name`,
        )
        .all(run),
    );
  }

  /** The blobs that {@link remove} took away from a run, sorted by name. */
  removed(run: number): BlobInfo[] {
    return this.#connection.guard(() =>
      this.#connection.db
        .prepare<[number], BlobInfo>(
          'SELECT name, kind, hash, size FROM removed_blobs WHERE run = ? ORDER BY name',
        )
        .all(run),
    );
  }

  /**
   * Takes blobs away from a run that still names them, inside the caller's write transaction: what they were
   * is noted. The bytes stay for {@link sweep}.
   */
  remove(run: number, names: readonly string[]): void {
    const { db } = this.#connection;
    const note = db.prepare<[number, string]>(
      `INSERT OR REPLACE INTO removed_blobs (run, name, kind, hash, size)
       SELECT run, name, kind, blob_refs.hash, size FROM blob_refs JOIN blobs USING (hash) WHERE run = ? AND name = ?`,
    );
    const release = db.prepare<[number, string]>('DELETE FROM blob_refs WHERE run = ? AND name = ?');
    for (const name of names) {
      note.run(run, name);
      release.run(run, name);
    }
  }

  /** Deletes all blobs that no run refers to, inside the caller's write transaction. Returns how many. */
  sweep(): number {
    const unused = 'NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash)';
    return this.#connection.db.prepare(`DELETE FROM blobs WHERE ${unused}`).run().changes;
  }
}
