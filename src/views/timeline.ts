import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { catchUp } from './catch-up.ts';
import { RunView } from './run-view.ts';
import { readView, SNAPSHOT_EVENTS, writeView } from './snapshot.ts';

/** Where snapshots of views are kept; `Store.snapshots` is one. */
export interface SnapshotCache {
  near(seq: number): { readonly seq: number; readonly state: Uint8Array } | undefined;
  put(seq: number, state: Uint8Array): void;
}

/**
 * The state of a run at any of its events, by fold from the nearest snapshot. Where none is near, it is
 * folded from the session's events, which tell all but the trees, and those of the step or evaluation at
 * that moment; a snapshot is left for the next time.
 */
export class Timeline {
  readonly count: number;
  readonly #reader: EventReader;
  readonly #snapshots: SnapshotCache | undefined;
  #session: readonly StoredEvent[] | undefined;

  constructor(reader: EventReader, snapshots?: SnapshotCache) {
    this.#reader = reader;
    this.#snapshots = snapshots;
    this.count = reader.count();
  }

  /** The run as it stood after event `seq` (1 … count). */
  viewAt(seq: number): RunView {
    const boundary = seq - (seq % SNAPSHOT_EVENTS);
    const snapshot = this.#snapshots?.near(seq);
    if (snapshot !== undefined && snapshot.seq >= boundary - SNAPSHOT_EVENTS) {
      return this.#onward(readView(snapshot.state), snapshot.seq, seq);
    }
    if (boundary === 0 || this.#snapshots === undefined) return this.#folded(seq);
    const view = this.#folded(boundary);
    this.#snapshots.put(boundary, writeView(view));
    return this.#onward(view, boundary, seq);
  }

  eventAt(seq: number): StoredEvent | undefined {
    return this.#reader.eventAt(seq);
  }

  /** The nearest event of the session before (`by` −1) or after (+1) `seq` that begins or ends something. */
  landmark(seq: number, by: -1 | 1): number {
    const marks = this.#sessionEvents().flatMap((event) =>
      event.type === 'rollout.finished' ? [] : [event.seq],
    );
    const found = by > 0 ? marks.find((each) => each > seq) : marks.findLast((each) => each < seq);
    return found ?? (by > 0 ? this.count : 1);
  }

  #onward(view: RunView, after: number, upTo: number): RunView {
    for (const event of this.#reader.events({ after, upTo })) view.apply(event);
    view.lastEvent ??= this.#reader.eventAt(upTo) ?? null;
    return view;
  }

  #folded(seq: number): RunView {
    const view = new RunView();
    catchUp(view, this.#reader, seq, this.#sessionEvents());
    return view;
  }

  #sessionEvents(): readonly StoredEvent[] {
    this.#session ??= this.#reader.read('session');
    return this.#session;
  }
}
