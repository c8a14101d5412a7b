import { type AttemptInfo, Attempts } from './attempts.ts';
import { Blobs } from './blobs.ts';
import { Connection } from './connection.ts';
import type { EventReader } from './event-log.ts';
import { forkOrigin } from './fork-origin.ts';
import type { Mode } from './opening.ts';
import { RunLog } from './run-log.ts';
import { RunReader } from './run-reader.ts';
import { type NewRun, type RunInfo, type RunRow, Runs } from './runs.ts';
import { Snapshots } from './snapshots.ts';

export interface StoreOptions {
  /** `create`: make the file if there is none; `write`, `read`: it must be there. */
  readonly mode: Mode;
  /** The wall time in ms, recorded as metadata. */
  readonly clock: () => number;
}

/**
 * The event store: one SQLite file with the events and blobs of many runs.
 *
 *     const store = Store.open('troupe.db', { mode: 'create', clock: Date.now });
 *     const log = store.openLog(store.createRun({ config, codeVersion }).id);
 *     log.append([{ stream: 'session', expectedVersion: 0, type: 'started', data: {} }]);
 *     log.close();
 *     store.close();
 *
 * Wherever a run is named, `run-3`, `3` and `latest` will do. All methods throw UserError for what the
 * user can mend: an unknown run, a file that is no store, a full or failing disk.
 */
export class Store {
  /** The open file, for the other parts of the store. */
  readonly connection: Connection;
  readonly #runs: Runs;
  readonly #attempts: Attempts;
  readonly #blobs: Blobs;

  private constructor(connection: Connection) {
    this.connection = connection;
    this.#runs = new Runs(connection);
    this.#attempts = new Attempts(connection);
    this.#blobs = new Blobs(connection);
  }

  static open(file: string, { mode, clock }: StoreOptions): Store {
    return new Store(new Connection(file, mode, clock));
  }

  /** The absolute path of the file. */
  get file(): string {
    return this.connection.file;
  }

  /** All runs, oldest first. */
  runs(): RunInfo[] {
    return this.#runs.all().map((row) => this.#info(row));
  }

  /** The names of all runs, oldest first, readable or not. */
  names(): string[] {
    return this.#runs.all().map(({ id }) => id);
  }

  run(id: string): RunInfo {
    return this.#info(this.#runs.find(id));
  }

  /** Adds an empty run with status `created`. */
  createRun(run: NewRun): RunInfo {
    return this.#info(this.#runs.create(run));
  }

  setStatus(id: string, status: string): void {
    this.#runs.setStatus(id, status);
  }

  /** Who has worked on a run, and when; oldest first. */
  attempts(id: string): AttemptInfo[] {
    return this.#attempts.list(this.#runs.find(id).key);
  }

  /** The events of a run, for reading; it may be written meanwhile. */
  reader(id: string): EventReader {
    return new RunReader(this.connection, this.#runs.find(id));
  }

  /** States of a fold over a run's events, kept so that a replay need not begin at the start; `view` is its name and version. */
  snapshots(id: string, view: string): Snapshots {
    return new Snapshots(this.connection, this.#runs.find(id).key, view);
  }

  /**
   * Begins an attempt at writing a run, by this version of the code. Throws UserError while another process
   * is writing it.
   */
  openLog(id: string, codeVersion = ''): RunLog {
    const { key, id: name } = this.#runs.find(id);
    const attempt = this.#attempts.begin(key, name, codeVersion);
    return new RunLog(this.connection, this.#runs.find(name), this.#attempts, attempt);
  }

  /** The blob with this SHA-256, whichever run it belongs to; checked against its hash. */
  blob(hash: string): Uint8Array | undefined {
    return this.#blobs.bytes(hash);
  }

  /** Throws UserError if the file was deleted, moved, replaced or cut since it was opened; what is open is saved as FILE.rescued. */
  confirm(): void {
    this.connection.confirm();
  }

  /** Closes the file; open logs must be closed before. */
  close(): void {
    this.connection.close();
  }

  #info(row: RunRow): RunInfo {
    const writer = this.#attempts.writer(row.key);
    const config = this.#runs.config(row);
    const fork = forkOrigin(config);
    return {
      id: row.id,
      createdAt: row.created_at,
      status: row.status,
      config,
      codeVersion: row.code_version,
      events: row.events,
      attempts: this.#attempts.list(row.key).length,
      ...(writer !== undefined && { writer }),
      ...(fork !== undefined && { fork }),
    };
  }
}
