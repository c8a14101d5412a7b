import { sha256 } from '../src/core/hash.ts';
import { planAppend } from './append-plan.ts';
import { compareText, EMPTY, type Head, hashHeads, isUnder } from './chain.ts';
import type { BlobChange, BlobInfo, EventLog, NewEvent, SeqRange, StoredEvent } from './event-log.ts';

/**
 * A log in memory: same behaviour, same heads and `eventHash` as a run in a store, written nowhere.
 * Evaluations outside of any run, and tests, write here. All its events are of attempt 1.
 */
export class MemoryLog implements EventLog {
  readonly #clock: () => number;
  readonly #events: StoredEvent[] = [];
  readonly #streams = new Map<string, { head: Head; readonly events: StoredEvent[] }>();
  readonly #blobs = new Map<string, BlobInfo & { readonly bytes: Uint8Array }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  append(events: readonly NewEvent[], blobs: BlobChange = {}): StoredEvent[] {
    const plan = planAppend(events, (stream) => this.#streams.get(stream)?.head ?? EMPTY);
    const time = Math.floor(this.#clock());
    for (const [name, head] of plan.heads) {
      const stream = this.#streams.get(name);
      if (stream) stream.head = head;
      else this.#streams.set(name, { head, events: [] });
    }
    const stored = plan.events.map(({ stream, version, type, data, bytes }): StoredEvent => {
      const place = { seq: this.#events.length + 1, stream, version, type, data, time, attempt: 1 };
      const event = bytes === undefined ? place : { ...place, bytes };
      this.#events.push(event);
      this.#streams.get(stream)?.events.push(event);
      return event;
    });
    this.#change(blobs);
    return stored;
  }

  count(): number {
    return this.#events.length;
  }

  eventAt(seq: number): StoredEvent | undefined {
    return this.#events[seq - 1];
  }

  *events({ after = 0, upTo = Number.POSITIVE_INFINITY }: SeqRange = {}): IterableIterator<StoredEvent> {
    for (let seq = Math.max(0, after) + 1; seq <= upTo; seq++) {
      const event = this.eventAt(seq);
      if (!event) return;
      yield event;
    }
  }

  read(stream: string): StoredEvent[] {
    return [...(this.#streams.get(stream)?.events ?? [])];
  }

  *forwards(stream: string): IterableIterator<StoredEvent> {
    yield* this.read(stream);
  }

  *backwards(stream: string, before = this.version(stream)): IterableIterator<StoredEvent> {
    yield* this.read(stream).slice(0, before).reverse();
  }

  readPrefix(prefix: string, range: SeqRange = {}): StoredEvent[] {
    if (prefix === '') return [...this.events(range)];
    const { after = 0, upTo = Number.POSITIVE_INFINITY } = range;
    return [...this.#streams]
      .flatMap(([name, { events }]) => (isUnder(prefix, name) ? events : []))
      .filter(({ seq }) => seq > after && seq <= upTo)
      .sort((a, b) => a.seq - b.seq);
  }

  streams(prefix = ''): string[] {
    return [...this.#streams.keys()].filter((name) => isUnder(prefix, name)).sort(compareText);
  }

  version(stream: string): number {
    return this.#streams.get(stream)?.head.version ?? 0;
  }

  eventHash(): string {
    return hashHeads([...this.#streams].map(([name, { head }]) => [name, head.hash]));
  }

  blob(name: string): Uint8Array | undefined {
    return this.#blobs.get(name)?.bytes;
  }

  blobs(): BlobInfo[] {
    return [...this.#blobs.values()]
      .map(({ name, kind, hash, size }) => ({ name, kind, hash, size }))
      .sort((a, b) => compareText(a.name, b.name));
  }

  /** None: nobody compacts a log in memory. */
  removedBlobs(): BlobInfo[] {
    return [];
  }

  /** Does nothing: the events themselves are what is held here. */
  forget(_prefix: string): void {}

  #change({ put = [], drop = [] }: BlobChange): void {
    for (const name of drop) this.#blobs.delete(name);
    for (const { name, kind, bytes } of put) {
      this.#blobs.set(name, {
        name,
        kind,
        hash: sha256(bytes),
        size: bytes.byteLength,
        bytes: bytes.slice(),
      });
    }
  }
}
