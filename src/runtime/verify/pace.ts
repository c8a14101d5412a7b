import type { EventReader, StoredEvent } from '../../../store/event-log.ts';

/** Work that it takes to go past an event without executing what it answers, as a share of executing it. */
const TAKEN = 0.1;

/**
 * How far a verification is, measured by the time that its events took when they were recorded: training is few
 * events and most of the time. Nothing but the display of progress reads it.
 */
export class Pace {
  readonly #work: Float32Array;
  #total = 0;
  #done = 0;

  /**
   * @param upTo the last event that is looked at
   * @param owes whether what an event answers is to be executed
   */
  constructor(recorded: EventReader, upTo: number, owes: (event: StoredEvent) => boolean) {
    this.#work = new Float32Array(upTo + 1);
    let before: StoredEvent | undefined;
    for (const event of recorded.events({ upTo })) {
      // Nobody worked between two attempts.
      const time = before?.attempt === event.attempt ? Math.max(0, event.time - before.time) : 0;
      const work = time * (owes(event) ? 1 : TAKEN);
      this.#work[event.seq] = work;
      this.#total += work;
      before = event;
    }
  }

  enter({ seq }: StoredEvent): void {
    this.#done += this.#work[seq] ?? 0;
  }

  /** Work that is done, 0 … 1. */
  get share(): number {
    return this.#total === 0 ? 0 : Math.min(1, this.#done / this.#total);
  }
}
