import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import type { RunHandle } from '../runtime/run.ts';

/** Who watches a run: a screen, or a reader of lines. */
export interface Audience {
  /** Hears the events of this process as they are stored. */
  hear(events: readonly StoredEvent[]): void;
  /** Watches the run until it is over or stopped; what earlier processes stored is in the store. */
  attend(run: RunHandle, store: Store): Promise<void>;
}
