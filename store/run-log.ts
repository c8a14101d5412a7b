import type Database from 'better-sqlite3';
import { InvariantError, must } from '../src/core/errors.ts';
import { type AppendPlan, planAppend } from './append-plan.ts';
import type { Attempts } from './attempts.ts';
import { Blobs } from './blobs.ts';
import { BulkInsert } from './bulk-insert.ts';
import { EMPTY, nextCommit, scopeOf } from './chain.ts';
import type { Connection } from './connection.ts';
import type { BlobChange, EventLog, NewEvent, StoredEvent } from './event-log.ts';
import { RunReader, type StoredHead } from './run-reader.ts';
import type { RunRow } from './runs.ts';
import { EVENT_TABLE_COLUMNS, positionOf } from './schema.ts';
import { StreamMap } from './stream-map.ts';

const NOTHING = Buffer.alloc(0);
/**
 * The log of one run, for its one writer; made by `Store.openLog`, which begins an attempt, and to be
 * closed, which ends it. Appended events survive the death of the process; after a power cut the last
 * ones may be missing, but what is there is consistent.
 */
export class RunLog extends RunReader implements EventLog {
  readonly attempt: number;
  readonly #connection: Connection;
  readonly #attempts: Attempts;
  readonly #blobs: Blobs;
  readonly #run: number;
  readonly #heads = new StreamMap<StoredHead>();
  readonly #streams: BulkInsert;
  readonly #lastKey: Database.Statement<[], { key: number | null }>;
  readonly #events: BulkInsert;
  readonly #advance: Database.Statement<[number, string, number]>;
  /** Whether the run was empty when this log was opened. */
  readonly #fromTheStart: boolean;
  readonly #forgotten = new Set<string>();
  #count: number;
  #chain: string;
  #open = true;

  constructor(connection: Connection, run: RunRow, attempts: Attempts, attempt: number) {
    super(connection, run);
    const { db } = connection;
    this.attempt = attempt;
    this.#connection = connection;
    this.#attempts = attempts;
    this.#blobs = new Blobs(connection);
    this.#run = run.key;
    this.#fromTheStart = run.events === 0;
    this.#count = run.events;
    this.#chain = run.chain;
    this.#streams = new BulkInsert(db, 'streams', ['key', 'run', 'name', 'scope']);
    this.#lastKey = db.prepare('SELECT max(key) AS key FROM streams');
    this.#events = new BulkInsert(db, 'events', EVENT_TABLE_COLUMNS);
    this.#advance = db.prepare('UPDATE tails SET events = ?, chain = ? WHERE run = ?');
  }

  append(events: readonly NewEvent[], blobs: BlobChange = {}): StoredEvent[] {
    if (!this.#open) throw new InvariantError('append to a closed log');
    // Weights are stored when a step has been learned: a good time to see whether the file is still there.
    if ((blobs.put?.length ?? 0) > 0) this.#connection.confirm();
    const plan = planAppend(events, (stream) => this.head(stream));
    const time = this.#connection.clock();
    const { attempt } = this;
    const seq = this.#count + 1;
    const stored = plan.events.map(({ stream, version, type, data, bytes }, index): StoredEvent => {
      const place = { seq: seq + index, stream, version, type, data, time, attempt };
      return bytes === undefined ? place : { ...place, bytes };
    });
    const chain =
      stored.length === 0 ? this.#chain : nextCommit(this.#chain, { seq, time, attempt }, plan.events);
    const keys = this.#connection.write(() => {
      if (super.count() !== this.#count) throw new InvariantError('another writer has appended to the run');
      const written = this.#write(plan, time, chain);
      this.#blobs.change(this.#run, blobs);
      return written;
    });
    for (const [stream, { version, hash }] of plan.heads) {
      this.#heads.set(stream, { version, hash, key: must(keys.get(stream), 'the key of a stream') });
    }
    this.#count += stored.length;
    this.#chain = chain;
    return stored;
  }

  override count(): number {
    return this.#count;
  }

  override head(stream: string): StoredHead {
    let head = this.#heads.get(stream);
    if (head === undefined) {
      head = this.#isNew(stream) ? EMPTY : super.head(stream);
      this.#heads.set(stream, head);
    }
    return head;
  }

  forget(prefix: string): void {
    this.#forgotten.add(prefix);
    this.#heads.forget(prefix);
  }

  /** Ends the attempt and so frees the run; `note` says how it ended. Closing twice does nothing. */
  close(note = 'ended'): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#connection.lost) return;
    this.#attempts.end(this.#run, this.attempt, note);
  }

  /** Inside the transaction: streams, rows, and the run's new tail. Returns the keys of the streams. */
  #write({ events, heads }: AppendPlan, time: number, chain: string): ReadonlyMap<string, number> {
    const keys = this.#writeStreams(heads.keys());
    const last = events.length - 1;
    const base = positionOf(this.#run, this.#count + 1);
    this.#events.clear();
    for (const [index, { stream, version, type, text, bytes, head }] of events.entries()) {
      this.#events.add(
        base + index,
        must(keys.get(stream), 'the key of a stream'),
        version,
        type,
        text,
        time,
        this.attempt,
        Buffer.from(head, 'hex'),
        index === last ? Buffer.from(chain, 'hex') : NOTHING,
        bytes ?? null,
      );
    }
    this.#events.flush();
    if (last >= 0) this.#advance.run(this.#count + events.length, chain, this.#run);
    return keys;
  }

  /** The keys of streams, in the order given; those that are new are added. */
  #writeStreams(names: Iterable<string>): Map<string, number> {
    const keys = new Map<string, number>();
    let next = 0;
    this.#streams.clear();
    for (const name of names) {
      let { key } = this.head(name);
      if (key === undefined) {
        if (next === 0) next = (this.#lastKey.get()?.key ?? 0) + 1;
        key = next++;
        this.#streams.add(key, this.#run, name, scopeOf(name));
      }
      keys.set(name, key);
    }
    this.#streams.flush();
    return keys;
  }

  /** Whether a stream without a known head cannot have events: all of them were written here, and not forgotten. */
  #isNew(stream: string): boolean {
    if (!this.#fromTheStart) return false;
    if (this.#forgotten.size === 0) return true;
    if (this.#forgotten.has('')) return false;
    for (let end = stream.length; end > 0; end = stream.lastIndexOf('/', end - 1)) {
      if (this.#forgotten.has(stream.slice(0, end))) return false;
    }
    return true;
  }
}
