import { UserError } from '../src/core/errors.ts';
import { isAlive, processMark } from './alive.ts';
import type { Connection } from './connection.ts';

/** One process's work on a run; a resumed run has several. Times in ms. `endedAt` is missing while it goes on. */
export interface AttemptInfo {
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly pid: number;
  readonly note: string;
  /** The version of Troupe at work; empty where it was not recorded. */
  readonly codeVersion: string;
}

/** An attempt as a row of the store. */
export interface AttemptRow {
  readonly attempt: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly pid: number;
  readonly process: string;
  readonly note: string;
  readonly code_version: string;
}

/**
 * The attempts of runs. An attempt that has not ended is also the lock on its run: only one process at a
 * time writes a run, and a process that is gone holds nothing.
 */
export class Attempts {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Begins an attempt and returns its number (1, 2, …). Throws {@link UserError} while another process writes the run. */
  begin(run: number, id: string, codeVersion: string): number {
    const { db, clock, file } = this.#connection;
    return this.#connection.write(() => {
      const rows = this.#rows(run);
      for (const row of rows.filter(isOpen)) {
        if (isAlive(row.pid, row.process)) throw inUse(id, row.pid, file);
        this.end(run, row.attempt, 'lost');
      }
      const attempt = (rows.at(-1)?.attempt ?? 0) + 1;
      db.prepare(
        `INSERT INTO attempts (run, attempt, started_at, pid, process, note, code_version)
         VALUES (?, ?, ?, ?, ?, '', ?)`,
      ).run(run, attempt, clock(), process.pid, processMark(process.pid), codeVersion);
      return attempt;
    });
  }

  end(run: number, attempt: number, note: string): void {
    const { db, clock } = this.#connection;
    this.#connection.guard(() =>
      db
        .prepare(
          'UPDATE attempts SET ended_at = ?, note = ? WHERE run = ? AND attempt = ? AND ended_at IS NULL',
        )
        .run(clock(), note, run, attempt),
    );
  }

  list(run: number): AttemptInfo[] {
    return this.#rows(run).map(({ attempt, started_at, ended_at, pid, note, code_version }) => ({
      attempt,
      startedAt: started_at,
      ...(ended_at !== null && { endedAt: ended_at }),
      pid,
      note,
      codeVersion: code_version,
    }));
  }

  /** The process that is writing the run now, if any. */
  writer(run: number): number | undefined {
    return this.#rows(run).find((row) => isOpen(row) && isAlive(row.pid, row.process))?.pid;
  }

  #rows(run: number): AttemptRow[] {
    return this.#connection.guard(() =>
      this.#connection.db
        .prepare<[number], AttemptRow>('SELECT * FROM attempts WHERE run = ? ORDER BY attempt')
        .all(run),
    );
  }
}

function isOpen(row: AttemptRow): boolean {
  return row.ended_at === null;
}

function inUse(id: string, pid: number, file: string): UserError {
  return new UserError(
    'run-in-use',
    `The run ${id} in ${file} is being written by process ${pid}; wait until it ends, or stop it first.`,
  );
}
