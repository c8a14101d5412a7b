/** The part of a stream that progress needs. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

/** Progress of something that takes longer than two seconds: one line that redraws itself, or lines in a pipe. */
export class ProgressLine {
  readonly #output: Output;
  readonly #clock: () => number;
  readonly #start: number;
  #last = 0;
  #shown = false;

  constructor(output: Output, clock: () => number) {
    this.#output = output;
    this.#clock = clock;
    this.#start = clock();
    this.#last = this.#start;
  }

  /**
   * Shows `done` of `total` units with their rate and the time that is left, at most four times a second (in a pipe:
   * every ten seconds). `work`, 0 … 1, says how much of the work that is, where units are not alike and have no rate.
   */
  show(what: string, done: number, total: number, unit: string, work?: number): void {
    const share = work ?? (total === 0 ? 1 : done / total);
    const now = this.#clock();
    const interactive = this.#output.isTTY === true;
    if (now - this.#last < (interactive ? 250 : 10_000)) return;
    this.#last = now;
    // A guess from the first few percent would be worse than none.
    const left = share < 0.05 ? Number.NaN : ((now - this.#start) / 1000) * (1 / share - 1);
    const bar = `${'█'.repeat(Math.round(share * 24))}${'░'.repeat(24 - Math.round(share * 24))}`;
    const rate = (done * 1000) / Math.max(1, now - this.#start);
    const speed = work === undefined ? `  ${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s` : '';
    const text = `${what} ${bar} ${Math.floor(share * 100)} %  ${done}/${total} ${unit}${speed}  ${Number.isFinite(left) ? `${Math.ceil(left)} s left` : ''}`;
    this.#output.write(interactive ? `\r\u001b[K${text}` : `${text}\n`);
    this.#shown = interactive;
  }

  /** Removes the line, so that what follows stands alone. */
  clear(): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
    this.#shown = false;
  }
}
