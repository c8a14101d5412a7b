import { planAppend } from '../../store/append-plan.ts';
import { EMPTY, type Head, hashHeads, isUnder } from '../../store/chain.ts';
import type {
  BlobChange,
  BlobInfo,
  EventLog,
  EventReader,
  NewEvent,
  SeqRange,
  StoredEvent,
} from '../../store/event-log.ts';
import { sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';

/** The first place where a re-execution and the log differ. */
export interface Divergence {
  readonly stream: string;
  readonly version: number;
  /** Position in the run, where the log has the event. */
  readonly seq: number | null;
  readonly type: string;
  /** The member of the event's data that differs, `type` or `(missing)`. */
  readonly field: string;
  readonly recorded: string;
  readonly executed: string;
}

/** Thrown by {@link VerifyingLog} at the first event that differs from the recorded one. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  readonly divergence: Divergence;

  constructor(divergence: Divergence) {
    super(`${divergence.stream}@${divergence.version} differs in ${divergence.field}`);
    this.divergence = divergence;
  }
}

/**
 * A log that writes nothing: every event that a re-execution appends is compared with the recorded run.
 * What has been compared can be read back; it is the recorded event. Where the recorded run was
 * interrupted, events that it does not have are let through, and reads of them fail: a run is verified as
 * far as it goes.
 */
export class VerifyingLog implements EventLog {
  readonly #recorded: EventReader;
  readonly #complete: boolean;
  readonly #heads = new Map<string, Head>();
  readonly #blobs = new Map<string, BlobInfo & { readonly bytes: Uint8Array }>();
  readonly #streamCache = new Map<string, readonly StoredEvent[]>();
  readonly #onProgress: (compared: number) => void;
  readonly #given: (stream: string, version: number) => boolean;
  #compared = 0;

  /** @param given the events that forks set by hand: they are taken as they stand */
  constructor(
    recorded: EventReader,
    complete: boolean,
    onProgress: (compared: number) => void,
    given: (stream: string, version: number) => boolean = () => false,
  ) {
    this.#given = given;
    this.#recorded = recorded;
    this.#complete = complete;
    this.#onProgress = onProgress;
  }

  /** Recorded events that a re-execution has produced so far. */
  get compared(): number {
    return this.#compared;
  }

  append(events: readonly NewEvent[], blobs: BlobChange = {}): StoredEvent[] {
    const plan = planAppend(events, (stream) => this.#heads.get(stream) ?? EMPTY);
    const stored = plan.events.map(({ stream, version, type, text, data, bytes }) => {
      const recorded = this.#event(stream, version);
      if (recorded === undefined) {
        if (this.#complete) throw new DivergenceError(extra(stream, version, type, text));
        const place = { seq: this.#recorded.count() + 1, stream, version, type, data, time: 0, attempt: 0 };
        return bytes === undefined ? place : { ...place, bytes };
      }
      if (this.#given(stream, version)) {
        this.#compared++;
        return recorded;
      }
      if (recorded.type !== type || canonicalJson(recorded.data) !== text) {
        throw new DivergenceError(difference(recorded, type, data));
      }
      if (!sameBytes(recorded.bytes, bytes)) throw new DivergenceError(otherBytes(recorded, bytes));
      const lost = this.#lostCause(recorded);
      if (lost !== null) throw new DivergenceError(lost);
      this.#compared++;
      return recorded;
    });
    for (const [stream, head] of plan.heads) this.#heads.set(stream, head);
    for (const name of blobs.drop ?? []) this.#blobs.delete(name);
    for (const { name, kind, bytes } of blobs.put ?? []) {
      this.#blobs.set(name, { name, kind, bytes, hash: sha256(bytes), size: bytes.length });
    }
    this.#onProgress(this.#compared);
    return stored;
  }

  /** The first recorded event that the re-execution never produced. */
  firstMissing(): Divergence | null {
    for (const event of this.#recorded.events()) {
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
    for (const stream of this.#streamCache.keys()) {
      if (isUnder(prefix, stream)) this.#streamCache.delete(stream);
    }
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
    let events = this.#streamCache.get(stream);
    if (events === undefined) {
      events = this.#recorded.read(stream);
      this.#streamCache.set(stream, events);
    }
    return events[version];
  }
}

function difference(recorded: StoredEvent, type: string, data: StoredEvent['data']): Divergence {
  const { stream, version, seq } = recorded;
  const place = { stream, version, seq, type: recorded.type };
  if (recorded.type !== type) return { ...place, field: 'type', recorded: recorded.type, executed: type };
  const fields = [...new Set([...Object.keys(recorded.data), ...Object.keys(data)])].sort();
  const text = (value: unknown) => (value === undefined ? '(missing)' : canonicalJson(value));
  const field = fields.find((name) => text(recorded.data[name]) !== text(data[name])) ?? '(data)';
  return {
    ...place,
    field,
    recorded: shorten(text(recorded.data[field])),
    executed: shorten(text(data[field])),
  };
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}

function otherBytes({ stream, version, seq, type, bytes }: StoredEvent, executed?: Uint8Array): Divergence {
  const text = (value?: Uint8Array) =>
    value === undefined ? '(missing)' : shorten(Buffer.from(value).toString('hex'));
  return { stream, version, seq, type, field: '(bytes)', recorded: text(bytes), executed: text(executed) };
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

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
