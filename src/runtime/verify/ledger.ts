import type { StoredEvent } from '../../../store/event-log.ts';
import type { Scope } from './scope.ts';

/** How the events of a run, up to the last one that is looked at, were dealt with. */
export interface Tally {
  /** Compared with those of the execution. */
  readonly compared: number;
  /** Compared by an earlier attempt that was interrupted. */
  readonly earlier: number;
  /** Taken from the log: answers were not worked out again. */
  readonly taken: number;
}

/** Which events have been dealt with, and up to where there is no gap. */
export class Ledger {
  /** Positions up to this one had been dealt with before. */
  readonly earlierUpTo: number;
  readonly #scope: Scope;
  readonly #done: Uint8Array;
  readonly #tally = { compared: 0, earlier: 0, taken: 0 };
  #upTo: number;

  constructor(scope: Scope, earlierUpTo = 0) {
    this.#scope = scope;
    this.earlierUpTo = Math.min(earlierUpTo, scope.upTo);
    this.#upTo = this.earlierUpTo;
    this.#done = new Uint8Array(scope.upTo + 1);
  }

  /** Whether an event has yet to be compared with one of the execution. */
  owes(event: StoredEvent): boolean {
    return event.seq > this.earlierUpTo && this.#scope.has(event);
  }

  /** Notes that an event was found to be right. */
  enter(event: StoredEvent): void {
    const { seq } = event;
    this.#tally[!this.#scope.has(event) ? 'taken' : seq > this.earlierUpTo ? 'compared' : 'earlier']++;
    this.#done[seq] = 1;
    while (this.#upTo < this.#scope.upTo && this.#done[this.#upTo + 1] === 1) this.#upTo++;
  }

  /** Everything up to this position has been dealt with. */
  get upTo(): number {
    return this.#upTo;
  }

  get tally(): Tally {
    return { ...this.#tally };
  }
}
