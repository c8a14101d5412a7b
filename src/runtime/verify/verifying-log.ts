import { planAppend } from '../../../store/append-plan.ts';
import { EMPTY, type Head, hashHeads, isUnder } from '../../../store/chain.ts';
import type {
  BlobChange,
  BlobInfo,
  EventLog,
  EventReader,
  NewEvent,
  SeqRange,
  StoredEvent,
} from '../../../store/event-log.ts';
import { sha256 } from '../../core/hash.ts';
import { canonicalJson } from '../../core/json.ts';
import { type Compare, type Divergence, DivergenceError, shorten } from './divergence.ts';
import type { RecordedStreams } from './recorded-streams.ts';

export interface VerifyingLogOptions {
  /** The recorded run. */
  readonly streams: RecordedStreams;
  /** Whether the recorded run came to its end: whatever it does not hold should not be. */
  readonly complete: boolean;
  /** The last event that is of interest, by position; later ones are taken as they stand. */
  readonly upTo: number;
  readonly compare: Compare;
  /** The events that forks set by hand: they are taken as they stand. */
  readonly given: (stream: string, version: number) => boolean;
  /** Hears of every event up to `upTo` once it is found to be right. */
  readonly onEvent: (event: StoredEvent) => void;
  /** Hears that an append is over. */
  readonly onAppended: () => void;
}

/**
 * A log that writes nothing: every event that a re-execution appends is compared with the recorded run.
 * What has been compared can be read back; it is the recorded event. Where the recorded run was
 * interrupted, events that it does not have are let through, and reads of them fail: a run is verified as
 * far as it goes.
 */
export class VerifyingLog implements EventLog {
  readonly #options: VerifyingLogOptions;
  readonly #recorded: EventReader;
  readonly #heads = new Map<string, Head>();
  readonly #blobs = new Map<string, BlobInfo & { readonly bytes: Uint8Array }>();
  #compared = 0;

  constructor(options: VerifyingLogOptions) {
    this.#options = options;
    this.#recorded = options.streams.reader;
  }

  /** Recorded events up to the last one of interest that a re-execution has produced so far. */
  get compared(): number {
    return this.#compared;
  }

  append(events: readonly NewEvent[], blobs: BlobChange = {}): StoredEvent[] {
    const plan = planAppend(events, (stream) => this.#heads.get(stream) ?? EMPTY);
    const { complete, upTo, compare, given, onEvent, onAppended } = this.#options;
    const stored = plan.events.map((executed): StoredEvent => {
      const { stream, version, type, text, data, bytes } = executed;
      const recorded = this.#event(stream, version);
      if (recorded === undefined) {
        if (complete) throw new DivergenceError(extra(stream, version, type, text), executed);
        const place = { seq: this.#recorded.count() + 1, stream, version, type, data, time: 0, attempt: 0 };
        return bytes === undefined ? place : { ...place, bytes };
      }
      if (recorded.seq > upTo) return recorded;
      if (!given(stream, version)) {
        const { seq } = recorded;
        const difference = compare(recorded, executed);
        if (difference !== null) {
          throw new DivergenceError({ stream, version, seq, type: recorded.type, ...difference }, executed);
        }
        const lost = this.#lostCause(recorded);
        if (lost !== null) throw new DivergenceError(lost);
      }
      this.#compared++;
      onEvent(recorded);
      return recorded;
    });
    for (const [stream, head] of plan.heads) this.#heads.set(stream, head);
    for (const name of blobs.drop ?? []) this.#blobs.delete(name);
    for (const { name, kind, bytes } of blobs.put ?? []) {
      this.#blobs.set(name, { name, kind, bytes, hash: sha256(bytes), size: bytes.length });
    }
    onAppended();
    return stored;
  }

  /** The first recorded event that the re-execution never produced. */
  firstMissing(): Divergence | null {
    for (const event of this.#recorded.events({ upTo: this.#options.upTo })) {
      if (event.version < this.version(event.stream)) continue;
      const { stream, version, seq, type } = event;
      const recorded = shorten(canonicalJson(event.data));
      return { stream, version, seq, type, field: '(event)', recorded, executed: '(no such event)' };
    }
    return null;
  }

  read(stream: string): StoredEvent[] {
    return this.#recorded.read(stream).filter((event) => this.#seen(event));
  }

  *forwards(stream: string): IterableIterator<StoredEvent> {
    for (const event of this.#recorded.forwards(stream)) if (this.#seen(event)) yield event;
  }

  *backwards(stream: string, before = this.version(stream)): IterableIterator<StoredEvent> {
    for (const event of this.#recorded.backwards(stream, before)) if (this.#seen(event)) yield event;
  }

  readPrefix(prefix: string, range?: SeqRange): StoredEvent[] {
    return this.#recorded.readPrefix(prefix, range).filter((event) => this.#seen(event));
  }

  removedBlobs(): BlobInfo[] {
    return [];
  }

  *events(range?: SeqRange): IterableIterator<StoredEvent> {
    for (const event of this.#recorded.events(range)) if (this.#seen(event)) yield event;
  }

  eventAt(seq: number): StoredEvent | undefined {
    const event = this.#recorded.eventAt(seq);
    return event !== undefined && this.#seen(event) ? event : undefined;
  }

  streams(prefix = ''): string[] {
    return [...this.#heads.keys()].filter((stream) => isUnder(prefix, stream)).sort();
  }

  count(): number {
    return this.#compared;
  }

  version(stream: string): number {
    return this.#heads.get(stream)?.version ?? 0;
  }

  eventHash(): string {
    return hashHeads([...this.#heads].map(([stream, head]) => [stream, head.hash] as const));
  }

  blob(name: string): Uint8Array | undefined {
    return this.#blobs.get(name)?.bytes;
  }

  blobs(): BlobInfo[] {
    return [...this.#blobs.values()].map(({ bytes: _, ...info }) => info);
  }

  forget(prefix: string): void {
    this.#options.streams.forget(prefix);
  }

  /** A recorded answer of a child whose own stream does not hold the event that it names as its cause. */
  #lostCause({ type, data, seq }: StoredEvent): Divergence | null {
    const { cause } = data;
    if (!type.endsWith('.finished') || typeof cause !== 'string') return null;
    const at = cause.lastIndexOf('@');
    const stream = cause.slice(0, at);
    const version = Number(cause.slice(at + 1));
    if (this.#event(stream, version) !== undefined) return null;
    const place = { stream, version, seq: null, type: '(missing)', field: '(event)' };
    return { ...place, recorded: '(no such event)', executed: `the cause of event ${seq}` };
  }

  #seen(event: StoredEvent): boolean {
    return event.version < this.version(event.stream);
  }

  #event(stream: string, version: number): StoredEvent | undefined {
    const events = this.#options.streams.read(stream);
    const event = events[version];
    // Where rows are missing, what is left has not moved up.
    return event?.version === version ? event : events.find((each) => each.version === version);
  }
}

function extra(stream: string, version: number, type: string, text: string): Divergence {
  return {
    stream,
    version,
    seq: null,
    type,
    field: '(event)',
    recorded: '(no such event)',
    executed: shorten(text),
  };
}
