import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { storeFailure } from './failure.ts';
import { type Mode, openDatabase } from './opening.ts';

/** An open store file: what the parts of the store share. `clock` gives the wall time in ms. */
export class Connection {
  readonly file: string;
  readonly db: Database.Database;
  readonly clock: () => number;

  constructor(file: string, mode: Mode, clock: () => number) {
    this.file = resolve(file);
    this.clock = () => Math.floor(clock());
    try {
      this.db = openDatabase(this.file, mode);
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
    return this.guard(() => this.db.transaction(work).immediate());
  }

  /** Runs `work` on one unchanging view of the store. */
  snapshot<T>(work: () => T): T {
    return this.guard(() => this.db.transaction(work).deferred());
  }

  close(): void {
    this.guard(() => this.db.close());
  }
}
