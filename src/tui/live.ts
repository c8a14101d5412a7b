import type { StoredEvent } from '../../store/event-log.ts';
import type { Details } from '../views/details.ts';
import { RunView } from '../views/run-view.ts';

/** A run that a screen shows and steers. */
export interface LiveRun {
  readonly id: string;
  readonly view: RunView;
  /** What its log says about places of the tree. */
  readonly details: Details;
  /** Calls `listener` when the view has changed, at most some times a second; returns the way to stop that. */
  subscribe(listener: () => void): () => void;
  /** A number that changes with the view. */
  version(): number;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  quit(): void;
}

/** Frames per second that the screen is told about. */
const FRAMES = 10;

/** Folds a run's events into a view and tells listeners, not more often than a screen can show. */
export class LiveView {
  readonly view = new RunView();
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #timer: NodeJS.Timeout | null = null;

  hear(events: Iterable<StoredEvent>): void {
    for (const event of events) this.view.apply(event);
    this.touch();
  }

  /** Says that something changed that is not an event, such as a pause. */
  touch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#version++;
      for (const listener of this.#listeners) listener();
    }, 1000 / FRAMES).unref();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  version(): number {
    return this.#version;
  }
}
