import type Database from 'better-sqlite3';
import { sha256 } from '../src/core/hash.ts';
import type { Connection } from './connection.ts';
import { positionOf } from './schema.ts';

/** The state of a fold after the events up to `seq`. */
export interface Snapshot {
  readonly seq: number;
  readonly state: Buffer;
}

const DIGEST = 32;

/**
 * Snapshots of one fold over one run: a cache, which a read-only store does not fill, and of which every row
 * may be deleted at any time. Each is bound to the fold's version and to the event that it stands at; one
 * that does not match (another version, an altered row) is as good as absent.
 */
export class Snapshots {
  readonly #connection: Connection;
  readonly #run: number;
  readonly #view: string;
  readonly #near: Database.Statement<[number, string, number], Snapshot>;
  readonly #head: Database.Statement<[number], { head: Buffer }>;

  /** @param view name and version of the fold; those of other versions are removed when one is stored */
  constructor(connection: Connection, run: number, view: string) {
    const { db } = connection;
    this.#connection = connection;
    this.#run = run;
    this.#view = view;
    this.#near = db.prepare(
      'SELECT seq, state FROM snapshots WHERE run = ? AND view = ? AND seq <= ? ORDER BY seq DESC',
    );
    this.#head = db.prepare('SELECT head FROM events WHERE position = ?');
  }

  /** The last snapshot at `seq` or before it. */
  near(seq: number): Snapshot | undefined {
    return this.#connection.guard(() => {
      for (const { seq: at, state } of this.#near.iterate(this.#run, this.#view, seq)) {
        const body = state.subarray(DIGEST);
        if (state.subarray(0, DIGEST).toString('hex') === this.#digest(at, body))
          return { seq: at, state: body };
      }
      return undefined;
    });
  }

  /** Stores the state after event `seq`, which must be in the run. Nothing happens where the store is only read. */
  put(seq: number, state: Uint8Array): void {
    const { db } = this.#connection;
    if (db.readonly || db.pragma('query_only', { simple: true }) === 1) return;
    const digest = this.#digest(seq, state);
    this.#connection.write(() => {
      db.prepare('DELETE FROM snapshots WHERE run = ? AND view <> ?').run(this.#run, this.#view);
      db.prepare('INSERT OR REPLACE INTO snapshots (run, view, seq, state) VALUES (?, ?, ?, ?)').run(
        this.#run,
        this.#view,
        seq,
        Buffer.concat([Buffer.from(digest, 'hex'), state]),
      );
    });
  }

  #digest(seq: number, state: Uint8Array): string {
    const head = this.#head.get(positionOf(this.#run, seq))?.head.toString('hex') ?? 'no event';
    return sha256(`${this.#view}\n${seq}\n${head}\n${sha256(state)}`);
  }
}
