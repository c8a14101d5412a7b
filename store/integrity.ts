import { UserError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';
import { canonicalJson } from '../src/core/json.ts';
import { EMPTY, type Head, nextHead, rowHash } from './chain.ts';
import type { Connection } from './connection.ts';
import { Runs } from './runs.ts';
import { positionOf, seqOf } from './schema.ts';
import type { Store } from './store.ts';

/** Something in a store that is not as it was written; `seq`, `stream`, `version`, `type` where it can be pinned down. */
interface Problem {
  readonly problem: string;
  readonly seq?: number;
  readonly stream?: string;
  readonly version?: number;
  readonly type?: string;
}

export interface RunCheck {
  /** The number of events that were checked. */
  readonly events: number;
  readonly problems: readonly Problem[];
}

interface CheckedRow {
  readonly position: number;
  readonly stream: string | null;
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly time: number;
  readonly attempt: number;
  readonly head: Buffer;
  readonly row_hash: Buffer;
}

/**
 * Recomputes both hash chains of a run from its stored rows and compares them, the heads, the counts and
 * the blobs with what was recorded. Reads the whole run, writes nothing. Altered, missing, added and
 * exchanged rows are found; the event is named.
 */
export function checkRun(store: Store, id: string): RunCheck {
  const { connection } = store;
  return connection.snapshot(() => {
    const check = new Check(connection, id);
    try {
      check.configuration();
      check.rows();
      check.blobs(store);
    } catch (error) {
      const failure = connection.failure(error);
      if (!(failure instanceof UserError && failure.code === 'store-damaged')) throw error;
      check.problems.push({ problem: failure.message });
    }
    return { events: check.events, problems: check.problems };
  });
}

/** SQLite's own check of the whole file, indexes included: what it complains about; empty if all is well. */
export function checkFile(store: Store): string[] {
  const { connection } = store;
  const found = connection.guard(() =>
    connection.db.prepare<[], { integrity_check: string }>('PRAGMA integrity_check(10)').all(),
  );
  return found.map((row) => row.integrity_check).filter((line) => line !== 'ok');
}

class Check {
  readonly problems: Problem[] = [];
  events = 0;
  readonly #connection: Connection;
  readonly #run;
  readonly #heads = new Map<string, Head>();

  constructor(connection: Connection, id: string) {
    this.#connection = connection;
    this.#run = new Runs(connection).find(id);
  }

  configuration(): void {
    if (sha256(this.#run.config) !== this.#run.config_hash) {
      this.problems.push({ problem: `the configuration of ${this.#run.id} was altered` });
    }
  }

  rows(): void {
    const { key, config_hash, row_hash, events } = this.#run;
    const rows = this.#connection.db
      .prepare<[number, number], CheckedRow>(
        `SELECT position, name AS stream, e.version, type, data, time, attempt, head, row_hash
         FROM events e LEFT JOIN streams s ON s.key = e.stream AND s.run = ${key}
         WHERE position > ? AND position < ? ORDER BY position`,
      )
      .iterate(positionOf(key, 0), positionOf(key + 1, 0));
    let previous = config_hash;
    let expected = 1;
    for (const row of rows) {
      const seq = seqOf(row.position);
      if (seq !== expected) this.#missing(expected, seq - 1);
      this.#row(seq, previous, row);
      previous = row.row_hash.toString('hex');
      expected = seq + 1;
      this.events++;
    }
    this.#strays(key);
    if (expected <= events) this.#missing(expected, events);
    else if (expected > events + 1)
      this.problems.push({ problem: `events after event ${events} were added` });
    else if (previous !== row_hash)
      this.problems.push({ problem: 'the end of the chain of rows was altered' });
  }

  blobs(store: Store): void {
    for (const { name, hash } of store.reader(this.#run.id).blobs()) {
      try {
        if (store.blob(hash) === undefined) this.problems.push({ problem: `the blob ${name} is missing` });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        this.problems.push({ problem: `the blob ${name}: ${error.message}` });
      }
    }
  }

  #row(seq: number, previous: string, row: CheckedRow): void {
    const { stream, version, type } = row;
    const at = { seq, version, type, ...(stream !== null && { stream }) };
    if (stream === null) {
      this.problems.push({ ...at, problem: 'the stream of the event is missing' });
      return;
    }
    const before = this.#heads.get(stream) ?? EMPTY;
    const head = nextHead(before, type, row.data).hash;
    const stored = row.head.toString('hex');
    if (rowHash(previous, { ...row, stream, seq }, row.data) !== row.row_hash.toString('hex')) {
      this.problems.push({ ...at, problem: 'the event was altered or moved' });
    } else if (version !== before.version) {
      this.problems.push({ ...at, problem: `the event stands where version ${before.version} should` });
    } else if (head !== stored) {
      this.problems.push({ ...at, problem: 'the recorded head of its stream differs' });
    } else if (!isCanonical(row.data)) {
      this.problems.push({ ...at, problem: 'the data is not what an append would have stored' });
    }
    // Go on from what is stored, so that one altered row is one problem.
    this.#heads.set(stream, { version: version + 1, hash: stored });
  }

  /** Rows that no position of the run holds, and streams that hold no rows: readers by stream would meet them. */
  #strays(key: number): void {
    const { db } = this.#connection;
    const rows = db
      .prepare<[number, number, number], { stream: string; version: number; type: string }>(
        `SELECT name AS stream, e.version, type FROM events e JOIN streams s ON s.key = e.stream
         WHERE s.run = ? AND NOT (position > ? AND position < ?)`,
      )
      .all(key, positionOf(key, 0), positionOf(key + 1, 0));
    for (const row of rows) this.problems.push({ ...row, problem: 'the event stands outside of its run' });
    const empty = db
      .prepare<[number], { stream: string }>(
        'SELECT name AS stream FROM streams s WHERE run = ? AND NOT EXISTS (SELECT 1 FROM events e WHERE e.stream = s.key)',
      )
      .all(key);
    for (const { stream } of empty) this.problems.push({ stream, problem: 'the stream holds no events' });
  }

  #missing(from: number, to: number): void {
    const problem = from === to ? `event ${from} is missing` : `events ${from} to ${to} are missing`;
    this.problems.push({ seq: from, problem });
  }
}

/** Whether a text is the canonical JSON of an object, to the byte. */
function isCanonical(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) && canonicalJson(value) === text;
  } catch {
    return false;
  }
}
