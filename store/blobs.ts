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
    const letGo = (name: string): void => {
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
}
