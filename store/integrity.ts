import { UserError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';
import { canonicalJson } from '../src/core/json.ts';
import { Attempts } from './attempts.ts';
import { type Commit, type CommittedRow, EMPTY, type Head, nextCommit, nextHead, scopeOf } from './chain.ts';
import type { Connection } from './connection.ts';
import type { EventRow } from './event-row.ts';
import { oldRowHash } from './format-1.ts';
import { Runs } from './runs.ts';
import { isRunKey, positionOf, seqOf } from './schema.ts';
import type { Store } from './store.ts';

/** Something in a store that is not as it was written; `seq`, `stream`, `version`, `type` where it can be pinned down. */
export interface Problem {
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

/** A row as it stands: its stream may be missing. */
interface CheckedRow extends Omit<EventRow, 'stream'> {
  readonly stream: string | null;
  readonly head: Buffer;
  readonly chain: Buffer;
}

/**
 * Recomputes both hash chains of a run from its stored rows and compares them, the heads, the counts and
 * the blobs with what was recorded. Reads the whole run, writes nothing. Altered, missing, added and
 * exchanged rows are found; the event is named. `onProgress` hears how many events were checked.
 */
export function checkRun(store: Store, id: string, onProgress?: (events: number) => void): RunCheck {
  const { connection } = store;
  return connection.snapshot(() => {
    const check = new Check(connection, id);
    try {
      check.configuration();
      check.rows(onProgress);
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
  /** The rows since the last end of the chain, and whether one of them has a problem. */
  #commit: (Commit & CommittedRow & { readonly type: string })[] = [];
  #broken = false;
  #chain = '';

  constructor(connection: Connection, id: string) {
    this.#connection = connection;
    this.#run = new Runs(connection).find(id);
  }

  configuration(): void {
    const { key, id, created_at: created } = this.#run;
    if (id !== `run-${key}` || !isRunKey(key)) {
      this.problems.push({ problem: `a run of number ${key} is not called run-${key}` });
    }
    const attempts = new Attempts(this.#connection).list(key);
    const times = [
      created,
      ...attempts.flatMap(({ startedAt, endedAt = startedAt }) => [startedAt, endedAt]),
    ];
    if (!times.every(isTime)) this.problems.push({ problem: `a time of ${id} is none` });
    if (sha256(this.#run.config) !== this.#run.config_hash) {
      this.problems.push({ problem: `the configuration of ${this.#run.id} was altered` });
    }
  }

  rows(onProgress?: (events: number) => void): void {
    const { key, config_hash, chain, events } = this.#run;
    const rows = this.#connection.db
      .prepare<[number, number], CheckedRow>(
        `SELECT position, name AS stream, e.version, type, data, bytes, time, attempt, head, chain
         FROM events e LEFT JOIN streams s ON s.key = e.stream AND s.run = ${key}
         WHERE position > ? AND position < ? ORDER BY position`,
      )
      .iterate(positionOf(key, 0), positionOf(key + 1, 0));
    this.#chain = config_hash;
    let expected = 1;
    for (const row of rows) {
      const seq = seqOf(row.position);
      if (seq !== expected) this.#missing(expected, seq - 1);
      this.#row(seq, row);
      expected = seq + 1;
      if (++this.events % 1000 === 0) onProgress?.(this.events);
    }
    if (this.#commit.length > 0) {
      this.problems.push({ problem: 'the last append was cut', ...this.#placeOf(0) });
    }
    this.#strays(key);
    if (expected <= events) this.#missing(expected, events);
    else if (expected > events + 1)
      this.problems.push({ problem: `events after event ${events} were added` });
    else if (this.#chain !== chain)
      this.problems.push({ problem: 'the end of the chain of commits was altered' });
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

  #row(seq: number, row: CheckedRow): void {
    const { stream, version, type, data, bytes, time, attempt } = row;
    const at = { seq, version, type, ...(stream !== null && { stream }) };
    const stored = row.head.toString('hex');
    const end = row.chain.toString('hex');
    if (stream === null) {
      this.problems.push({ ...at, problem: 'the stream of the event is missing' });
      this.#endCommit(end, true);
      return;
    }
    const before = this.#heads.get(stream) ?? EMPTY;
    const first = this.#commit[0];
    const problem =
      version !== before.version
        ? `the event stands where version ${before.version} should`
        : nextHead(before, type, data, bytes ?? undefined).hash !== stored
          ? 'the event was altered or moved'
          : !isCanonical(data)
            ? 'the data is not what an append would have stored'
            : first !== undefined && (first.time !== time || first.attempt !== attempt)
              ? 'time or attempt differ from those of the same append'
              : null;
    if (problem !== null) this.problems.push({ ...at, problem });
    // Go on from what is stored, so that one altered row is one problem.
    this.#heads.set(stream, { version: version + 1, hash: stored });
    this.#commit.push({ seq, stream, version, type, time, attempt, head: stored });
    if (seq <= this.#run.old_events) this.#endOldRow(end, data, problem !== null);
    else if (end !== '') this.#endCommit(end, problem !== null);
    else this.#broken ||= problem !== null;
  }

  /** The rows since the last end of the chain against this one, unless they have a problem already. */
  #endCommit(end: string, broken: boolean): void {
    const [first] = this.#commit;
    const fits = first !== undefined && nextCommit(this.#chain, first, this.#commit) === end;
    if (!broken && !this.#broken && !fits) {
      this.problems.push({ ...this.#placeOf(0), problem: `${this.#span()} altered, moved or cut` });
    }
    this.#next(end);
  }

  #endOldRow(end: string, data: string, broken: boolean): void {
    const [row] = this.#commit;
    if (!broken && row !== undefined && oldRowHash(this.#chain, row, data) !== end) {
      this.problems.push({ ...this.#placeOf(0), problem: 'the event was altered or moved' });
    }
    this.#next(end);
  }

  #next(end: string): void {
    this.#chain = end;
    this.#commit = [];
    this.#broken = false;
  }

  #span(): string {
    const [from, to] = [this.#commit[0]?.seq, this.#commit.at(-1)?.seq];
    return from === to ? `event ${from} was` : `events ${from} to ${to}, one append, were`;
  }

  #placeOf(index: number): Omit<Problem, 'problem'> {
    const row = this.#commit[index];
    return row === undefined
      ? {}
      : { seq: row.seq, stream: row.stream, version: row.version, type: row.type };
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
    const names = db
      .prepare<[number], { name: string; scope: string }>('SELECT name, scope FROM streams WHERE run = ?')
      .all(key);
    const seen = new Set<string>();
    for (const { name, scope } of names) {
      if (scope !== scopeOf(name))
        this.problems.push({ stream: name, problem: 'the scope of the stream was altered' });
      if (seen.has(name)) this.problems.push({ stream: name, problem: 'there are two streams of this name' });
      seen.add(name);
    }
  }

  #missing(from: number, to: number): void {
    const problem = from === to ? `event ${from} is missing` : `events ${from} to ${to} are missing`;
    this.problems.push({ seq: from, problem });
  }
}

/** Whether a number of ms is a time that a date can say. */
function isTime(time: number): boolean {
  return Number.isInteger(time) && time >= 0 && time <= 8.64e15;
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
