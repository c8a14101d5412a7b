import type { JsonObject } from '../src/core/json.ts';

/** An event to be appended: `expectedVersion` is the number of events that its stream must hold just before it. */
export interface NewEvent {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly type: string;
  readonly data: JsonObject;
  /** What would be clumsy as JSON: the tokens of a call. Actors do not see it; readers and hashes do. */
  readonly bytes?: Uint8Array | undefined;
}

/**
 * An event of the log. `seq` counts the events of the run (1, 2, 3, …) in the order in which they were
 * appended; `version` is the event's index within its stream (0, 1, 2, …). `time` (ms) and `attempt` are
 * metadata: no decision reads them.
 */
export interface StoredEvent {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonObject;
  readonly bytes?: Uint8Array;
  readonly time: number;
  readonly attempt: number;
}

/** Blobs that change together with an append: names in `drop` are let go first, then `put` is stored. */
export interface BlobChange {
  readonly put?: readonly NewBlob[];
  readonly drop?: readonly string[];
}

export interface NewBlob {
  readonly name: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** A blob that a run refers to by name; `size` in bytes, `hash` = SHA-256 of the bytes. */
export interface BlobInfo {
  readonly name: string;
  readonly kind: string;
  readonly hash: string;
  readonly size: number;
}

/** Bounds on `seq`: greater than `after`, at most `upTo`. */
export interface SeqRange {
  readonly after?: number;
  readonly upTo?: number;
}

/**
 * The events of one run, for reading. A *prefix* stands for the stream of that name and all streams below
 * it (`step/0001` has `step/0001` and `step/0001/task/00`, not `step/00010`); the empty prefix for all.
 */
export interface EventReader {
  /** The number of events, which is also the `seq` of the last one. */
  count(): number;
  /** The event with this `seq`, if there is one. */
  eventAt(seq: number): StoredEvent | undefined;
  /** All events in order of `seq`, a page at a time; others may append meanwhile. */
  events(range?: SeqRange): IterableIterator<StoredEvent>;
  /** The events of one stream in order of version; none if there is no such stream. */
  read(stream: string): StoredEvent[];
  /** The same, a page at a time: for a fold over a stream that need not be in memory whole. */
  forwards(stream: string): IterableIterator<StoredEvent>;
  /** The events of one stream before this version, or all, the last one first, a page at a time. */
  backwards(stream: string, before?: number): IterableIterator<StoredEvent>;
  /** The events of all streams under a prefix in order of `seq`. */
  readPrefix(prefix: string, range?: SeqRange): StoredEvent[];
  /** The names of the streams under a prefix, sorted by code units. */
  streams(prefix?: string): string[];
  /** The number of events in a stream; 0 for a new one. */
  version(stream: string): number;
  /** SHA-256 over the heads of all streams in sorted order: covers the deterministic content and nothing else. */
  eventHash(): string;
  /** The bytes of a named blob, checked against their hash; undefined if the run has no such name (any more). */
  blob(name: string): Uint8Array | undefined;
  /** The named blobs of the run, sorted by name. */
  blobs(): BlobInfo[];
  /** The blobs that compaction took away from the run, as they were, sorted by name. */
  removedBlobs(): BlobInfo[];
}

/** The log of one run, for its one writer. */
export interface EventLog extends EventReader {
  /**
   * Appends events and changes blobs, all or nothing, and returns the events as a later reader will see
   * them. Throws {@link WrongVersionError} if a stream is not at the version that its event expects.
   */
  append(events: readonly NewEvent[], blobs?: BlobChange): StoredEvent[];
  /** Says that nothing more will be written under a prefix, so that its memory can be freed. Reads go on working. */
  forget(prefix: string): void;
}

/** An append whose writer was wrong about the state of a stream; nothing was written. */
export class WrongVersionError extends Error {
  override readonly name = 'WrongVersionError';
  readonly code = 'wrong-version';
  readonly stream: string;
  readonly expected: number;
  readonly current: number;

  constructor(stream: string, expected: number, current: number) {
    super(`stream ${stream} holds ${current} events where the append expected ${expected}`);
    this.stream = stream;
    this.expected = expected;
    this.current = current;
  }
}
