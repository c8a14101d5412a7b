import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { StreamMap } from '../../../store/stream-map.ts';

/** The streams of a recorded run, each read once until it is forgotten. */
export class RecordedStreams {
  readonly reader: EventReader;
  readonly #streams = new StreamMap<readonly StoredEvent[]>();

  constructor(reader: EventReader) {
    this.reader = reader;
  }

  /** The events of one stream in order of version; none if there is no such stream. */
  read(stream: string): readonly StoredEvent[] {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const events = this.reader.read(stream);
    this.#streams.set(stream, events);
    return events;
  }

  /** Frees what is kept of the streams under a prefix. */
  forget(prefix: string): void {
    this.#streams.forget(prefix);
  }
}
