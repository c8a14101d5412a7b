import { type LiveRun, LiveView } from '../../src/tui/live.ts';
import { Details } from '../../src/views/details.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';

/** A run that hears events from a test and counts what is asked of it. */
export class FakeRun implements LiveRun {
  readonly id = 'run-1';
  readonly details: Details;
  readonly #live = new LiveView();
  readonly asked: string[] = [];
  paused = false;

  constructor(reader: EventReader) {
    this.details = new Details(reader);
  }

  get view() {
    return this.#live.view;
  }

  hear(events: Iterable<StoredEvent>): void {
    this.#live.hear(events);
  }

  subscribe(listener: () => void): () => void {
    return this.#live.subscribe(listener);
  }

  /** The view has been changed by hand. */
  touch(): void {
    this.#live.touch();
  }

  version(): number {
    return this.#live.version();
  }

  pause(): void {
    this.#ask('pause', true);
  }

  resume(): void {
    this.#ask('resume', false);
  }

  quit(): void {
    this.asked.push('quit');
  }

  #ask(what: string, paused: boolean): void {
    this.asked.push(what);
    this.paused = paused;
    this.#live.touch();
  }
}
