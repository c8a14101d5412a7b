import type { Feeds, Outputs } from '../onnx/session.ts';
import { output } from '../onnx/session.ts';
import type { TransformerConfig } from './parameters.ts';

/**
 * Keys and values of the rows that are being decoded, one array per layer, `[rows, heads, context, size]`.
 * Rows in use are always the first ones, so that a view on them is a tensor without copying.
 */
export class KvCache {
  readonly #config: TransformerConfig;
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];
  /** Floats of one row in one layer. */
  readonly #row: number;
  readonly #size: number;

  constructor(config: TransformerConfig, rows: number) {
    this.#config = config;
    this.#row = config.context * config.dim;
    this.#size = config.dim / config.heads;
    const layers = () => Array.from({ length: config.layers }, () => new Float32Array(rows * this.#row));
    this.#keys = layers();
    this.#values = layers();
  }

  /** The first `rows` rows as inputs of the decode graph. */
  feeds(rows: number): Feeds {
    const { layers, heads, context } = this.#config;
    const dims = [rows, heads, context, this.#size];
    const feeds: { [name: string]: Feeds[string] } = {};
    for (let layer = 0; layer < layers; layer++) {
      feeds[`key${layer}`] = { data: view(this.#keys, layer, rows * this.#row), dims };
      feeds[`value${layer}`] = { data: view(this.#values, layer, rows * this.#row), dims };
    }
    return feeds;
  }

  /** Takes row `from` of a prefill's outputs, `[B, heads, length, size]`, as `row`. */
  fill(row: number, outputs: Outputs, from: number, length: number): void {
    const { layers, heads, context } = this.#config;
    const span = length * this.#size;
    for (let layer = 0; layer < layers; layer++) {
      const keys = output(outputs, `key${layer}`);
      const values = output(outputs, `value${layer}`);
      for (let head = 0; head < heads; head++) {
        const source = (from * heads + head) * span;
        const target = row * this.#row + head * context * this.#size;
        this.#keys[layer]?.set(keys.subarray(source, source + span), target);
        this.#values[layer]?.set(values.subarray(source, source + span), target);
      }
    }
  }

  /** Writes the new keys and values of row `row`, `[B, heads, size]`, at `position`. */
  write(row: number, outputs: Outputs, position: number): void {
    const { layers, heads, context } = this.#config;
    for (let layer = 0; layer < layers; layer++) {
      this.#scatter(this.#keys[layer], output(outputs, `newKey${layer}`), row, heads, context, position);
      this.#scatter(this.#values[layer], output(outputs, `newValue${layer}`), row, heads, context, position);
    }
  }

  /** Copies row `from` over row `to`. */
  move(from: number, to: number): void {
    if (from === to) return;
    for (const layer of [...this.#keys, ...this.#values]) {
      layer.copyWithin(to * this.#row, from * this.#row, (from + 1) * this.#row);
    }
  }

  #scatter(
    cache: Float32Array | undefined,
    fresh: Float32Array,
    row: number,
    heads: number,
    context: number,
    position: number,
  ): void {
    if (cache === undefined) return;
    const size = this.#size;
    for (let head = 0; head < heads; head++) {
      const source = (row * heads + head) * size;
      const target = row * this.#row + (head * context + position) * size;
      for (let i = 0; i < size; i++) cache[target + i] = fresh[source + i] ?? 0;
    }
  }
}

function view(arrays: readonly Float32Array[], layer: number, length: number): Float32Array {
  return (arrays[layer] ?? new Float32Array()).subarray(0, length);
}
