import { UserError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';
import { canonicalJson, type JsonObject } from '../src/core/json.ts';
import type { Connection } from './connection.ts';
import { type ForkOrigin, forkOrigin, hasNotRun } from './fork-origin.ts';
import { parseObject } from './parse.ts';
import { isRunKey } from './schema.ts';

/**
 * A run as a row of the store, with its tail: `config` is canonical JSON, `chain` the end of the chain of
 * commits, `old_events` how many of its events were recorded in format 1.
 */
export interface RunRow {
  readonly key: number;
  readonly id: string;
  readonly created_at: number;
  readonly status: string;
  readonly config: string;
  readonly config_hash: string;
  readonly code_version: string;
  readonly old_events: number;
  readonly events: number;
  readonly chain: string;
}

const ROWS = 'SELECT runs.*, tails.events, tails.chain FROM runs JOIN tails ON tails.run = runs.key';

export interface NewRun {
  readonly config: JsonObject;
  readonly codeVersion: string;
}

/** What is known about a run without reading its events. Times in ms; `writer` is the process that writes it now. */
export interface RunInfo {
  readonly id: string;
  readonly createdAt: number;
  readonly status: string;
  readonly config: JsonObject;
  readonly codeVersion: string;
  readonly events: number;
  readonly attempts: number;
  readonly writer?: number;
  /** Where it branched off another run, if it did. */
  readonly fork?: ForkOrigin;
}

/** The table of runs. Runs are numbered within their store: `run-1`, `run-2`, … */
export class Runs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  create({ config, codeVersion }: NewRun): RunRow {
    const { db, clock } = this.#connection;
    const text = canonicalJson(config);
    const hash = sha256(text);
    return this.#connection.write(() => {
      const { key, id } = this.next();
      db.prepare(
        `INSERT INTO runs (key, id, created_at, status, config, config_hash, code_version)
         VALUES (?, ?, ?, 'created', ?, ?, ?)`,
      ).run(key, id, clock(), text, hash, codeVersion);
      db.prepare('INSERT INTO tails (run, events, chain) VALUES (?, 0, ?)').run(key, hash);
      return this.find(id);
    });
  }

  /** The key and name of the next run to be added. */
  next(): Pick<RunRow, 'key' | 'id'> {
    const { db } = this.#connection;
    const row = db.prepare<[], { key: number }>('SELECT ifnull(max(key), 0) + 1 AS key FROM runs').get();
    const key = row?.key ?? 1;
    if (!isRunKey(key)) {
      throw new UserError(
        'too-many-runs',
        `The store ${this.#connection.file} has a run of number ${key - 1}, after which there is none; "troupe store check" says more.`,
      );
    }
    return { key, id: `run-${key}` };
  }

  /**
   * A run by its name (`run-3`), its number (`3`), or `latest`: the last one that is not a fork which has yet to run.
   * Throws {@link UserError} with the names that exist.
   */
  find(id: string): RunRow {
    const row =
      id === 'latest'
        ? this.all().findLast((each) => !hasNotRun(forkOrigin(this.config(each)), each))
        : this.#connection.guard(() =>
            this.#connection.db
              .prepare<[string, string], RunRow>(`${ROWS} WHERE id IN (?, ?)`)
              .get(id, `run-${id}`),
          );
    if (row !== undefined) return row;
    throw this.#unknown(id);
  }

  /** All runs, oldest first. */
  all(): RunRow[] {
    return this.#connection.guard(() =>
      this.#connection.db.prepare<[], RunRow>(`${ROWS} ORDER BY key`).all(),
    );
  }

  setStatus(id: string, status: string): void {
    const { key } = this.find(id);
    this.#connection.guard(() =>
      this.#connection.db.prepare('UPDATE runs SET status = ? WHERE key = ?').run(status, key),
    );
  }

  config(row: RunRow): JsonObject {
    return parseObject(row.config, () => `The configuration of ${row.id} in ${this.#connection.file}`);
  }

  #unknown(id: string): UserError {
    const known = this.all().map((row) => row.id);
    const { file } = this.#connection;
    if (known.length === 0) {
      return new UserError(
        'no-runs',
        `The store ${file} holds no runs yet; start one with \`troupe train\`.`,
      );
    }
    if (id === '')
      return new UserError('unknown-run', `The name of the run is empty; name one of ${file}, or latest.`);
    const last = known.slice(-10).join(', ');
    const list = known.length > 10 ? `… ${last}` : last;
    if (id === 'latest') {
      return new UserError(
        'unknown-run',
        `The store ${file} holds nothing but forks that have not run; name one of ${list}, or go on with one by "troupe train --resume".`,
      );
    }
    return new UserError(
      'unknown-run',
      `There is no run ${id} in the store ${file}; name one of ${list}, or latest.`,
    );
  }
}
