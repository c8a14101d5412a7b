import type { RunView } from './run-view.ts';
import { SNAPSHOT_EVENTS, writeView } from './snapshot.ts';
import type { SnapshotCache } from './timeline.ts';

/** Leaves snapshots of a growing view behind, so that a replay finds one near every event. */
export class SnapshotKeeper {
  readonly #snapshots: SnapshotCache;
  #last: number;

  /** @param view the run as it stands */
  constructor(snapshots: SnapshotCache, view: RunView) {
    this.#snapshots = snapshots;
    this.#last = view.events;
  }

  /** Hears that more events have been stored and applied to the view. */
  saw(view: RunView): void {
    if (view.events - this.#last < SNAPSHOT_EVENTS) return;
    this.#last = view.events;
    this.#snapshots.put(view.events, writeView(view));
  }
}
