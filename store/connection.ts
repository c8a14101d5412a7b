import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { storeFailure } from './failure.ts';
import { type Mode, openDatabase } from './opening.ts';
import { Presence } from './presence.ts';

/** An open store file: what the parts of the store share. `clock` gives the wall time in ms. */
export class Connection {
  readonly file: string;
  readonly db: Database.Database;
  readonly clock: () => number;
  readonly #presence: Presence;
  readonly #beginWriting: Database.Statement;
  readonly #beginReading: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #rollback: Database.Statement;

  constructor(file: string, mode: Mode, clock: () => number) {
    this.file = resolve(file);
    this.clock = () => Math.floor(clock());
    try {
      this.db = openDatabase(this.file, mode);
      this.#presence = new Presence(this.file, this.db);
      this.#beginWriting = this.db.prepare('BEGIN IMMEDIATE');
      this.#beginReading = this.db.prepare('BEGIN');
      this.#commit = this.db.prepare('COMMIT');
      this.#rollback = this.db.prepare('ROLLBACK');
    } catch (error) {
      throw storeFailure(error, this.file);
    }
  }

  /** What an error means to the user; see {@link storeFailure}. */
  failure(error: unknown): unknown {
    return storeFailure(error, this.file);
  }

  /** Runs `work`, with failures of the disk turned into sentences for the user. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Runs `work` as one write transaction: all of it is stored, or nothing if it throws. */
  write<T>(work: () => T): T {
    return this.#transaction(this.#beginWriting, work);
  }

  /** Runs `work` on one unchanging view of the store. */
  snapshot<T>(work: () => T): T {
    return this.#transaction(this.#beginReading, work);
  }

  /** By hand: better-sqlite3 makes a new function of every transaction, which costs more than a small append. */
  #transaction<T>(begin: Database.Statement, work: () => T): T {
    return this.guard(() => {
      begin.run();
      try {
        const result = work();
        this.#commit.run();
        return result;
      } finally {
        if (this.db.inTransaction) this.#rollback.run();
      }
    });
  }

  /** Throws UserError if the file is not the one that was opened; see {@link Presence}. */
  confirm(): void {
    this.guard(() => this.#presence.confirm());
  }

  /** Whether {@link confirm} has found the file gone: nothing that is written reaches it any more. */
  get lost(): boolean {
    return this.#presence.lost;
  }

  close(): void {
    try {
      this.guard(() => this.db.close());
    } catch (error) {
      // What is wrong with a lost file has been said, and is not what a last write to it says.
      if (!this.lost) throw error;
    }
  }
}
