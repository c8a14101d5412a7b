/** What of the details is in view: it begins at the top of every place that gets selected. */
export class DetailScroll {
  #place = '';
  #first = 0;
  #room = 1;

  /** The first line to show of a place with so many lines, where there is room for `room` of them. */
  show(place: string, lines: number, room: number): number {
    if (place !== this.#place) this.#first = 0;
    this.#place = place;
    this.#room = Math.max(1, room);
    this.#first = Math.min(this.#first, Math.max(0, lines - this.#room));
    return this.#first;
  }

  /** Moves by this share of what is in view, up (below 0) or down, at least by a line. */
  move(share: number): void {
    const by = Math.sign(share) * Math.max(1, Math.floor(Math.abs(share) * this.#room));
    this.#first = Math.max(0, this.#first + by);
  }
}
