import type { Feeds, Outputs } from '../onnx/session.ts';
import { KvCache } from './kv-cache.ts';
import type { TransformerConfig } from './parameters.ts';

/** What a lane needs to know of a row. */
export interface LaneRow {
  readonly request: { readonly prompt: readonly number[] };
  /** Tokens sampled so far; at least one once the row is in a lane. */
  readonly tokens: readonly number[];
}

/** Widths of lanes are multiples of this, but for the context's rest. */
const STEP = 32;

/** Position of the token that is fed next: the last one that was sampled. */
export function nextPosition({ request, tokens }: LaneRow): number {
  return request.prompt.length + tokens.length - 1;
}

/** The lane for a position, 0 for the first; a function of the position alone. */
export function laneOf(position: number): number {
  return Math.floor(position / STEP);
}

/**
 * Rows that are decoded together because their next positions lie within the same {@link STEP}. Attention
 * reads as many positions as the lane is wide and not the whole context; since a row's own position decides
 * on its lane, its neighbours have no say in the bits.
 */
export class Lane<Row extends LaneRow> {
  readonly rows: Row[] = [];
  readonly #cache: KvCache;

  constructor(config: TransformerConfig, slots: number, index: number) {
    this.#cache = new KvCache(config, slots, Math.min(config.context, (index + 1) * STEP));
  }

  /** Adds a row whose prompt is row `from` of a prefill over `width` positions. */
  begin(row: Row, outputs: Outputs, from: number, width: number): void {
    this.#cache.fill(this.rows.length, outputs, from, width);
    this.rows.push(row);
  }

  /** Inputs of the decode graph: the last token of each row, and never fewer than two rows. */
  feeds(): Feeds {
    const rows = Math.max(2, this.rows.length);
    const token = new Int32Array(rows);
    const previous = new Int32Array(rows);
    const position = new Int32Array(rows);
    this.rows.forEach((row, index) => {
      token[index] = row.tokens.at(-1) ?? 0;
      previous[index] = row.tokens.at(-2) ?? row.request.prompt.at(-1) ?? 0;
      position[index] = nextPosition(row);
    });
    return {
      token: { data: token, dims: [rows] },
      previous: { data: previous, dims: [rows] },
      position: { data: position, dims: [rows] },
      ...this.#cache.feeds(rows),
    };
  }

  /** Keeps what the decode graph made of the token of row `index`; before the row gets another. */
  write(index: number, row: Row, outputs: Outputs): void {
    this.#cache.write(index, outputs, nextPosition(row));
  }

  /** Hands row `index` on to a wider lane, or to none if it is finished; the last row takes its place. */
  release(index: number, next?: Lane<Row>): void {
    const row = this.rows[index];
    if (next !== undefined && row !== undefined) {
      next.#cache.take(next.rows.length, this.#cache, index);
      next.rows.push(row);
    }
    const last = this.rows.length - 1;
    this.#cache.move(last, index);
    const moved = this.rows.pop();
    if (index !== last && moved !== undefined) this.rows[index] = moved;
  }
}
