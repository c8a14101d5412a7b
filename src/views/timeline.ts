import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { RunView } from './run-view.ts';

/**
 * The state of a run at any of its events. The session's events tell all but the trees; of the trees, only
 * those of the step or evaluation at that moment are folded, so a jump costs about one step's events,
 * whatever the length of the run.
 */
export class Timeline {
  readonly #reader: EventReader;
  readonly #session: readonly StoredEvent[];
  readonly count: number;

  constructor(reader: EventReader) {
    this.#reader = reader;
    this.#session = reader.read('session');
    this.count = reader.count();
  }

  /** The run as it stood after event `seq` (1 … count). */
  viewAt(seq: number): RunView {
    const view = new RunView();
    let scope = { key: '', from: 0 };
    for (const event of this.#session) {
      if (event.seq > seq) break;
      if (event.type === 'picked' && typeof event.data.key === 'string') {
        scope = { key: event.data.key, from: event.seq };
      }
      view.apply(event);
    }
    if (scope.key !== '') {
      for (const event of this.#reader.readPrefix(scope.key, { upTo: seq })) view.apply(event);
    }
    const now = this.#reader.eventAt(seq);
    if (now !== undefined) Object.assign(view, { events: seq, lastEvent: now, lastTime: now.time });
    return view;
  }

  eventAt(seq: number): StoredEvent | undefined {
    return this.#reader.eventAt(seq);
  }

  /** The nearest event of the session before (`by` −1) or after (+1) `seq` that begins or ends something. */
  landmark(seq: number, by: -1 | 1): number {
    const marks = this.#session.filter(({ type }) => type !== 'rollout.finished').map((event) => event.seq);
    const found = by > 0 ? marks.find((each) => each > seq) : marks.findLast((each) => each < seq);
    return found ?? (by > 0 ? this.count : 1);
  }
}
