import type Database from 'better-sqlite3';
import { InvariantError, must } from '../src/core/errors.ts';
import { type AppendPlan, planAppend } from './append-plan.ts';
import type { Attempts } from './attempts.ts';
import { Blobs } from './blobs.ts';
import { isUnder, rowHash } from './chain.ts';
import type { Connection } from './connection.ts';
import type { BlobChange, EventLog, NewEvent, StoredEvent } from './event-log.ts';
import { RunReader, type StoredHead } from './run-reader.ts';
import type { RunRow } from './runs.ts';
import { positionOf } from './schema.ts';

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
  readonly #heads = new Map<string, StoredHead>();
  readonly #putStream: Database.Statement<[number, string]>;
  readonly #putEvent: Database.Statement<
    [number, number, number, string, string, number, number, Buffer, Buffer]
  >;
  readonly #advance: Database.Statement<[number, string, number]>;
  #count: number;
  #rowHash: string;
  #open = true;

  constructor(connection: Connection, run: RunRow, attempts: Attempts, attempt: number) {
    super(connection, run.key);
    const { db } = connection;
    this.attempt = attempt;
    this.#connection = connection;
    this.#attempts = attempts;
    this.#blobs = new Blobs(connection);
    this.#run = run.key;
    this.#count = run.events;
    this.#rowHash = run.row_hash;
    this.#putStream = db.prepare('INSERT INTO streams (run, name) VALUES (?, ?)');
    this.#putEvent = db.prepare(
      `INSERT INTO events (position, stream, version, type, data, time, attempt, head, row_hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#advance = db.prepare('UPDATE runs SET events = ?, row_hash = ? WHERE key = ?');
  }

  append(events: readonly NewEvent[], blobs: BlobChange = {}): StoredEvent[] {
    if (!this.#open) throw new InvariantError('append to a closed log');
    const { heads, stored, keys, last } = this.#connection.write(() => {
      if (super.count() !== this.#count) throw new InvariantError('another writer has appended to the run');
      const plan = planAppend(events, (stream) => this.head(stream));
      const rows = this.#write(plan);
      this.#blobs.change(this.#run, blobs);
      return { ...rows, heads: plan.heads };
    });
    for (const [stream, head] of heads)
      this.#heads.set(stream, { ...head, key: must(keys.get(stream), 'the key of a stream') });
    this.#count += stored.length;
    this.#rowHash = last;
    return stored;
  }

  override count(): number {
    return this.#count;
  }

  override head(stream: string): StoredHead {
    return this.#heads.get(stream) ?? super.head(stream);
  }

  forget(prefix: string): void {
    for (const stream of this.#heads.keys()) if (isUnder(prefix, stream)) this.#heads.delete(stream);
  }

  /** Ends the attempt and so frees the run; `note` says how it ended. Closing twice does nothing. */
  close(note = 'ended'): void {
    if (!this.#open) return;
    this.#open = false;
    this.#attempts.end(this.#run, this.attempt, note);
  }

  /** Inside the transaction: streams, rows, and the new end of the chain of rows. */
  #write(plan: AppendPlan) {
    const time = this.#connection.clock();
    const keys = new Map([...plan.heads.keys()].map((stream) => [stream, this.#keyOf(stream)]));
    let last = this.#rowHash;
    const stored = plan.events.map(({ stream, version, type, text, data, head }, index): StoredEvent => {
      const event = {
        seq: this.#count + 1 + index,
        stream,
        version,
        type,
        data,
        time,
        attempt: this.attempt,
      };
      last = rowHash(last, event, text);
      this.#putEvent.run(
        positionOf(this.#run, event.seq),
        must(keys.get(stream), 'the key of a stream'),
        version,
        type,
        text,
        time,
        this.attempt,
        Buffer.from(head, 'hex'),
        Buffer.from(last, 'hex'),
      );
      return event;
    });
    this.#advance.run(this.#count + stored.length, last, this.#run);
    return { stored, keys, last };
  }

  #keyOf(stream: string): number {
    return this.head(stream).key ?? Number(this.#putStream.run(this.#run, stream).lastInsertRowid);
  }
}
