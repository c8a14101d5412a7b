import { UserError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { RandomStream } from '../core/random.ts';

/** Size of the embedded transformer. `context` is the greatest number of tokens, prompt and completion. */
export interface TransformerConfig {
  readonly vocab: number;
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly hidden: number;
  readonly context: number;
}

/** The default size, but for the vocabulary, which the tokenizer brings: 0.5 M parameters at 320 tokens. */
export const DEFAULT_TRANSFORMER = { dim: 128, layers: 2, heads: 4, hidden: 512, context: 128 } as const;

/** Where one weight matrix lies in the flat parameter array, row-major `[inputs, outputs]`. */
export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly offset: number;
  readonly size: number;
  /** Standard deviation at initialization. */
  readonly deviation: number;
}

/** All weights in the order in which they lie in the flat array. Throws UserError on an impossible size. */
export function parameterLayout(config: TransformerConfig): readonly ParameterSlot[] {
  const { vocab, dim, layers, heads, hidden } = config;
  if (dim % (2 * heads) !== 0) {
    throw new UserError(
      'model.heads',
      `The settings model.dim (${dim}) and model.heads (${heads}) do not fit: the first has to be a multiple of twice the second.`,
    );
  }
  const residual = 1 / Math.sqrt(2 * layers);
  const slots: ParameterSlot[] = [];
  let offset = 0;
  const slot = (name: string, rows: number, columns: number, deviation: number): void => {
    const size = rows * columns;
    slots.push({ name, shape: [rows, columns], offset, size, deviation });
    offset += size;
  };
  slot('embedding', vocab, dim, 0.05);
  slot('embedding.previous', vocab, dim, 0.05);
  for (let layer = 0; layer < layers; layer++) {
    slot(`${layer}.attention.in`, dim, 3 * dim, 1 / Math.sqrt(dim));
    slot(`${layer}.attention.out`, dim, dim, residual / Math.sqrt(dim));
    slot(`${layer}.mlp.in`, dim, hidden, 1 / Math.sqrt(dim));
    slot(`${layer}.mlp.out`, hidden, dim, residual / Math.sqrt(hidden));
  }
  slot('head', dim, vocab, 0.02);
  return slots;
}

/** Length of the flat parameter array. */
export function parameterCount(config: TransformerConfig): number {
  return parameterLayout(config).reduce((sum, slot) => sum + slot.size, 0);
}

/** Normal weights; matrix `name` is drawn from the stream `init/<name>` of the seed (law 3). */
export function initialWeights(config: TransformerConfig, seed: number): Float32Array {
  const weights = new Float32Array(parameterCount(config));
  for (const slot of parameterLayout(config)) {
    const stream = new RandomStream(seed, 'init', slot.name);
    for (let i = 0; i < slot.size; i++) weights[slot.offset + i] = slot.deviation * stream.normal();
  }
  return weights;
}

/** SHA-256 of the weights' little-endian float32 bytes: the policy's version. */
export function weightsHash(weights: Float32Array): string {
  return sha256(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength));
}
