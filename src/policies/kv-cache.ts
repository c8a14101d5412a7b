import { must } from '../core/errors.ts';
import { type Feeds, type Outputs, output } from '../onnx/session.ts';
import type { TransformerConfig } from './parameters.ts';

/** The keys or the values of one layer. */
interface Cached {
  /** Of the whole array in the graphs, and of what a decode step adds to it. */
  readonly name: string;
  readonly fresh: string;
  readonly data: Float32Array;
}

/**
 * Keys and values of the rows that are being decoded, for positions below `width`: one array of each per layer,
 * `[rows, heads, width, size]`. Rows in use are always the first ones, so that a view on them is a tensor
 * without copying.
 */
export class KvCache {
  readonly width: number;
  readonly #heads: number;
  readonly #size: number;
  /** Floats of one row in one array. */
  readonly #row: number;
  readonly #arrays: readonly Cached[];

  constructor({ layers, heads, dim }: TransformerConfig, rows: number, width: number) {
    this.width = width;
    this.#heads = heads;
    this.#size = dim / heads;
    this.#row = width * dim;
    this.#arrays = Array.from({ length: layers }, (_, layer) => [
      { name: `key${layer}`, fresh: `newKey${layer}`, data: new Float32Array(rows * this.#row) },
      { name: `value${layer}`, fresh: `newValue${layer}`, data: new Float32Array(rows * this.#row) },
    ]).flat();
  }

  /** The first `rows` rows as inputs of the decode graph. */
  feeds(rows: number): Feeds {
    const dims = [rows, this.#heads, this.width, this.#size];
    return Object.fromEntries(
      this.#arrays.map(({ name, data }) => [name, { data: data.subarray(0, rows * this.#row), dims }]),
    );
  }

  /** Takes row `from` of a prefill's outputs over at most `width` positions as `row`. */
  fill(row: number, outputs: Outputs, from: number, width: number): void {
    const sources = this.#arrays.map(({ name }) => output(outputs, name));
    this.#copy(row, sources, from, width);
  }

  /** Takes row `from` of a cache that is not wider as `row`. */
  take(row: number, other: KvCache, from: number): void {
    const sources = other.#arrays.map(({ data }) => data);
    this.#copy(row, sources, from, other.width);
  }

  /** Writes the new keys and values of a decode step for its row `row`, `[B, heads, size]`, at `position`. */
  write(row: number, outputs: Outputs, position: number): void {
    const size = this.#size;
    for (const { fresh, data } of this.#arrays) {
      const values = output(outputs, fresh);
      for (let head = 0; head < this.#heads; head++) {
        const source = (row * this.#heads + head) * size;
        const target = row * this.#row + (head * this.width + position) * size;
        for (let i = 0; i < size; i++) data[target + i] = values[source + i] ?? 0;
      }
    }
  }

  /** Copies row `from` over row `to`. */
  move(from: number, to: number): void {
    if (from === to) return;
    for (const { data } of this.#arrays) {
      data.copyWithin(to * this.#row, from * this.#row, (from + 1) * this.#row);
    }
  }

  /** Copies row `from` of arrays over `width` positions to the first `width` positions of `row`. */
  #copy(row: number, sources: readonly Float32Array[], from: number, width: number): void {
    const span = width * this.#size;
    this.#arrays.forEach(({ data }, index) => {
      const source = must(sources[index], 'a source of every array');
      for (let head = 0; head < this.#heads; head++) {
        const begin = (from * this.#heads + head) * span;
        const target = row * this.#row + head * this.width * this.#size;
        data.set(source.subarray(begin, begin + span), target);
      }
    });
  }
}
