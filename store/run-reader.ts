import type Database from 'better-sqlite3';
import { Blobs } from './blobs.ts';
import { compareText, EMPTY, type Head, hashHeads, isUnder, scopeOf } from './chain.ts';
import type { Connection } from './connection.ts';
import type { BlobInfo, EventReader, SeqRange, StoredEvent } from './event-log.ts';
import { EVENT_COLUMNS, type EventRow, eventOfRow } from './event-row.ts';
import type { RunRow } from './runs.ts';
import { positionOf } from './schema.ts';

interface Bounds {
  readonly run: number;
  readonly scope: string;
  readonly prefix: string;
  readonly after: number;
  readonly upTo: number;
}

/** Where a stream stands, and the key of its row once it has one. */
export interface StoredHead extends Head {
  readonly key?: number;
}

/** Run, scope and name of the stream, the version where the page begins or ends, and how many events it has. */
type PageOfStream = Database.Statement<[number, string, string, number, number], EventRow>;

const PAGE = 500;
const STREAM_PAGE = 64;
/** The highest `seq` that a run can have. */
const LAST = 2 ** 32 - 1;
/** Streams named `prefix` or `prefix/…`; the digit 0 comes right after the slash. */
const UNDER = `(s.name = @prefix OR s.name > @prefix || '/' AND s.name < @prefix || '0')`;

/** Reads the events of one run from the store. Throws UserError if the file is damaged. */
export class RunReader implements EventReader {
  readonly #connection: Connection;
  readonly #run: number;
  readonly #oldEvents: number;
  readonly #blobs: Blobs;
  readonly #count: Database.Statement<[number], { events: number }>;
  readonly #page: Database.Statement<[number, number, number], EventRow>;
  readonly #stream: Database.Statement<[number, string, string], EventRow>;
  readonly #from: PageOfStream;
  readonly #before: PageOfStream;
  /** Streams under a prefix that lies within a scope, and under one that holds several scopes. */
  readonly #within: Database.Statement<[Bounds], EventRow>;
  readonly #above: Database.Statement<[Bounds], EventRow>;
  readonly #key: Database.Statement<[number, string, string], { key: number }>;
  /** Each stream with the head after its last event: one row of each stream is read, and not all of them. */
  readonly #heads: Database.Statement<[number], { name: string; hash: string | null }>;
  readonly #head: Database.Statement<[number], Head>;

  constructor(connection: Connection, { key: run, old_events }: RunRow) {
    const { db } = connection;
    this.#connection = connection;
    this.#run = run;
    this.#oldEvents = old_events;
    this.#blobs = new Blobs(connection);
    this.#count = db.prepare('SELECT events FROM tails WHERE run = ?');
    this.#page = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM events e CROSS JOIN streams s ON s.key = e.stream
       WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?`,
    );
    this.#stream = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM streams s CROSS JOIN events e ON e.stream = s.key
       WHERE s.run = ? AND s.scope = ? AND s.name = ? ORDER BY e.version`,
    );
    const page = (where: string) => `
      SELECT ${EVENT_COLUMNS} FROM streams s CROSS JOIN events e ON e.stream = s.key
      WHERE s.run = ? AND s.scope = ? AND s.name = ? AND ${where} LIMIT ?`;
    this.#from = db.prepare(page('e.version >= ? ORDER BY e.version'));
    this.#before = db.prepare(page('e.version < ? ORDER BY e.version DESC'));
    const under = (scope: string) => `
      SELECT ${EVENT_COLUMNS} FROM streams s CROSS JOIN events e ON e.stream = s.key
      WHERE s.run = @run AND ${scope} AND ${UNDER} AND e.position > @after AND e.position <= @upTo
      ORDER BY e.position`;
    this.#within = db.prepare(under('s.scope = @scope'));
    this.#above = db.prepare(under(`s.scope >= @scope AND s.scope < @scope || '0'`));
    this.#key = db.prepare('SELECT key FROM streams WHERE run = ? AND scope = ? AND name = ?');
    this.#heads = db.prepare(
      `SELECT name, (SELECT lower(hex(head)) FROM events WHERE stream = streams.key ORDER BY version DESC LIMIT 1) AS hash
       FROM streams WHERE run = ?`,
    );
    this.#head = db.prepare(
      'SELECT version + 1 AS version, lower(hex(head)) AS hash FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1',
    );
  }

  count(): number {
    return this.#connection.guard(() => this.#count.get(this.#run)?.events ?? 0);
  }

  eventAt(seq: number): StoredEvent | undefined {
    return this.#readPage(seq - 1, seq, 1)[0];
  }

  *events({ after = 0, upTo = LAST }: SeqRange = {}): IterableIterator<StoredEvent> {
    let last = Math.max(0, after);
    const end = Math.min(upTo, LAST);
    while (last < end) {
      const page = this.#readPage(last, end, PAGE);
      yield* page;
      if (page.length < PAGE) return;
      last = page.at(-1)?.seq ?? end;
    }
  }

  read(stream: string): StoredEvent[] {
    return this.#connection.guard(() =>
      this.#stream.all(this.#run, scopeOf(stream), stream).map((row) => this.#event(row)),
    );
  }

  *forwards(stream: string): IterableIterator<StoredEvent> {
    let next = 0;
    while (true) {
      const page = this.#pageOf(stream, this.#from, next);
      yield* page;
      if (page.length < STREAM_PAGE) return;
      next += page.length;
    }
  }

  *backwards(stream: string, before = this.version(stream)): IterableIterator<StoredEvent> {
    let end = before;
    while (end > 0) {
      const page = this.#pageOf(stream, this.#before, end);
      yield* page;
      end = page.at(-1)?.version ?? 0;
    }
  }

  readPrefix(prefix: string, range: SeqRange = {}): StoredEvent[] {
    if (prefix === '') return [...this.events(range)];
    const { after = 0, upTo = LAST } = range;
    const bounds = {
      run: this.#run,
      scope: scopeOf(prefix),
      prefix,
      after: positionOf(this.#run, Math.max(0, after)),
      upTo: positionOf(this.#run, Math.min(upTo, LAST)),
    };
    const under = bounds.scope === prefix ? this.#above : this.#within;
    return this.#connection.guard(() => under.all(bounds).map((row) => this.#event(row)));
  }

  streams(prefix = ''): string[] {
    const names = this.#connection.guard(() =>
      this.#connection.db
        .prepare<[number], { name: string }>('SELECT name FROM streams WHERE run = ?')
        .all(this.#run)
        .map(({ name }) => name),
    );
    return names.filter((name) => isUnder(prefix, name)).sort(compareText);
  }

  version(stream: string): number {
    return this.head(stream).version;
  }

  /** Where a stream stands. */
  head(stream: string): StoredHead {
    return this.#connection.guard(() => {
      const row = this.#key.get(this.#run, scopeOf(stream), stream);
      return row ? { ...EMPTY, ...this.#head.get(row.key), key: row.key } : EMPTY;
    });
  }

  eventHash(): string {
    const heads = this.#connection.guard(() => this.#heads.all(this.#run));
    return hashHeads(heads.flatMap(({ name, hash }) => (hash === null ? [] : [[name, hash] as const])));
  }

  blob(name: string): Uint8Array | undefined {
    const hash = this.#blobs.hashOf(this.#run, name);
    return hash === undefined ? undefined : this.#blobs.bytes(hash);
  }

  blobs(): BlobInfo[] {
    return this.#blobs.list(this.#run);
  }

  removedBlobs(): BlobInfo[] {
    return this.#blobs.removed(this.#run);
  }

  #readPage(after: number, upTo: number, limit: number): StoredEvent[] {
    const bounds = [positionOf(this.#run, after), positionOf(this.#run, upTo)] as const;
    return this.#connection.guard(() => this.#page.all(...bounds, limit).map((row) => this.#event(row)));
  }

  #pageOf(stream: string, statement: PageOfStream, version: number): StoredEvent[] {
    return this.#connection.guard(() =>
      statement.all(this.#run, scopeOf(stream), stream, version, STREAM_PAGE).map((row) => this.#event(row)),
    );
  }

  #event(row: EventRow): StoredEvent {
    return eventOfRow(row, this.#oldEvents, this.#connection.file);
  }
}
