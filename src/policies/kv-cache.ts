import type { Feeds, Outputs } from '../onnx/session.ts';
import { output } from '../onnx/session.ts';
import type { TransformerConfig } from './parameters.ts';

/** Keys and values of one layer: `[rows, heads, size, width]` and `[rows, heads, width, size]`. */
interface Cached {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/**
 * Keys and values of the rows that are being decoded, for positions below `width`. Keys lie transposed, which
 * spares the decode graph a transposition of all of them for each token. Rows in use are always the first
 * ones, so that a view on them is a tensor without copying.
 */
export class KvCache {
  readonly width: number;
  readonly #heads: number;
  readonly #size: number;
  /** Floats of one row in one array. */
  readonly #row: number;
  readonly #layers: readonly Cached[];

  constructor({ layers, heads, dim }: TransformerConfig, rows: number, width: number) {
    this.width = width;
    this.#heads = heads;
    this.#size = dim / heads;
    this.#row = width * dim;
    const array = () => new Float32Array(rows * this.#row);
    this.#layers = Array.from({ length: layers }, () => ({ keys: array(), values: array() }));
  }

  /** The first `rows` rows as inputs of the decode graph. */
  feeds(rows: number): Feeds {
    const feeds: { [name: string]: Feeds[string] } = {};
    const length = rows * this.#row;
    this.#layers.forEach(({ keys, values }, layer) => {
      const [heads, size, width] = [this.#heads, this.#size, this.width];
      feeds[`key${layer}`] = { data: keys.subarray(0, length), dims: [rows, heads, size, width] };
      feeds[`value${layer}`] = { data: values.subarray(0, length), dims: [rows, heads, width, size] };
    });
    return feeds;
  }

  /** Takes row `from` of a prefill's outputs over at most `width` positions as `row`. */
  fill(row: number, outputs: Outputs, from: number, width: number): void {
    const layers = this.#layers.map((_, layer) => ({
      keys: output(outputs, `key${layer}`),
      values: output(outputs, `value${layer}`),
    }));
    this.#copy(row, layers, from, width);
  }

  /** Takes row `from` of a cache that is not wider as `row`. */
  take(row: number, other: KvCache, from: number): void {
    this.#copy(row, other.#layers, from, other.width);
  }

  /** Writes the new keys and values of a decode step for its row `row`, `[B, heads, size]`, at `position`. */
  write(row: number, outputs: Outputs, position: number): void {
    const count = this.#heads * this.#size;
    this.#layers.forEach(({ keys, values }, layer) => {
      const newKeys = output(outputs, `newKey${layer}`);
      const newValues = output(outputs, `newValue${layer}`);
      const start = row * this.#row;
      for (let i = 0; i < count; i++) {
        const head = Math.floor(i / this.#size);
        const inHead = i - head * this.#size;
        keys[start + i * this.width + position] = newKeys[row * count + i] ?? 0;
        values[start + (head * this.width + position) * this.#size + inHead] =
          newValues[row * count + i] ?? 0;
      }
    });
  }

  /** Copies row `from` over row `to`. */
  move(from: number, to: number): void {
    if (from === to) return;
    for (const { keys, values } of this.#layers) {
      for (const array of [keys, values]) {
        array.copyWithin(to * this.#row, from * this.#row, (from + 1) * this.#row);
      }
    }
  }

  /** Copies row `from` of arrays over `width` positions to the first `width` positions of `row`. */
  #copy(row: number, source: readonly Cached[], from: number, width: number): void {
    const [heads, size] = [this.#heads, this.#size];
    this.#layers.forEach((target, layer) => {
      const { keys, values } = source[layer] ?? target;
      const start = { to: row * this.#row, from: from * width * heads * size };
      for (let i = 0; i < heads * size; i++) {
        for (let t = 0; t < width; t++) {
          target.keys[start.to + i * this.width + t] = keys[start.from + i * width + t] ?? 0;
        }
      }
      for (let head = 0; head < heads; head++) {
        const begin = start.from + head * width * size;
        target.values.set(values.subarray(begin, begin + width * size), start.to + head * this.width * size);
      }
    });
  }
}
