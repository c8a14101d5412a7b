import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { Learner } from '../../src/learning/learner.ts';
import { localSession, type Outputs, output, type Session } from '../../src/onnx/session.ts';
import { decodeGraph, prefillGraph } from '../../src/policies/inference-graphs.ts';
import { initialWeights } from '../../src/policies/parameters.ts';

const CONFIG = { vocab: 320, dim: 128, layers: 2, heads: 4, hidden: 512, context: 32 };
const SIZE = CONFIG.dim / CONFIG.heads;
const WEIGHTS = initialWeights(CONFIG, 5).map((weight) => 2 * weight);

const random = new RandomStream(1, 'sequences');
const sequences = Array.from({ length: 40 }, () =>
  Array.from({ length: 24 }, () => random.integer(1, CONFIG.vocab - 1)),
);

let prefill: Session;
let decode: Session;
beforeAll(async () => {
  prefill = await localSession(prefillGraph(CONFIG, WEIGHTS));
  decode = await localSession(decodeGraph(CONFIG, WEIGHTS));
});
afterAll(async () => {
  await prefill.close();
  await decode.close();
});

/** Prefills the first `lengths[i]` tokens of some sequences, padded to `width`. */
function read(
  rows: readonly (readonly number[])[],
  lengths: readonly number[],
  width: number,
): Promise<Outputs> {
  const tokens = new Int32Array(rows.length * width);
  const previous = new Int32Array(rows.length * width);
  rows.forEach((row, i) => {
    tokens.set(row.slice(0, lengths[i]), i * width);
    previous.set(row.slice(0, (lengths[i] ?? 1) - 1), i * width + 1);
  });
  const dims = [rows.length, width];
  return prefill.run({
    tokens: { data: tokens, dims },
    previous: { data: previous, dims },
    lengths: { data: Int32Array.from(lengths), dims: [rows.length] },
  });
}

const CACHES = ['key0', 'value0', 'key1', 'value1'] as const;
type Caches = Record<string, Float32Array>;

/** Copies prefilled keys and values, `[B, heads, width, size]`, into caches of the whole context. */
function cachesOf(outputs: Outputs, rows: number, width: number): Caches {
  const caches: Caches = {};
  for (const name of CACHES) {
    const cache = new Float32Array(rows * CONFIG.heads * CONFIG.context * SIZE);
    const part = output(outputs, name);
    for (let head = 0; head < rows * CONFIG.heads; head++) {
      cache.set(part.subarray(head * width * SIZE, (head + 1) * width * SIZE), head * CONFIG.context * SIZE);
    }
    caches[name] = cache;
  }
  return caches;
}

/** Feeds token `position` of each sequence, and writes its keys and values into the caches. */
async function feed(
  rows: readonly (readonly number[])[],
  position: number,
  caches: Caches,
): Promise<Float32Array> {
  const ids = (at: number) => ({ data: Int32Array.from(rows, (row) => row[at] ?? 0), dims: [rows.length] });
  const dims = [rows.length, CONFIG.heads, CONFIG.context, SIZE];
  const outputs = await decode.run({
    token: ids(position),
    previous: ids(position - 1),
    position: { data: new Int32Array(rows.length).fill(position), dims: [rows.length] },
    ...Object.fromEntries(Object.entries(caches).map(([name, data]) => [name, { data, dims }])),
  });
  for (const name of CACHES) {
    const fresh = output(
      outputs,
      name.replace(/^./, (letter) => `new${letter.toUpperCase()}`),
    );
    for (let head = 0; head < rows.length * CONFIG.heads; head++) {
      const vector = fresh.subarray(head * SIZE, (head + 1) * SIZE);
      caches[name]?.set(vector, (head * CONFIG.context + position) * SIZE);
    }
  }
  return output(outputs, 'logits');
}

function row(values: Float32Array, rows: number, index: number): Float32Array {
  const width = values.length / rows;
  return values.slice(index * width, (index + 1) * width);
}

function logProb(logits: Float32Array, token: number): number {
  const max = Math.max(...logits);
  return (logits[token] ?? 0) - max - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
}

describe('prefill and decode', () => {
  it('give the log-probabilities of the training forward within 1e-4', async () => {
    const rows = sequences.slice(0, 6);
    const learner = new Learner(CONFIG);
    const expected = await learner.score(WEIGHTS, {
      rows: 6,
      length: 23,
      tokens: Int32Array.from(rows.flatMap((tokens) => tokens.slice(0, -1))),
      targets: Int32Array.from(rows.flatMap((tokens) => tokens.slice(1))),
    });
    await learner.close();
    const prompt = 9;
    const read9 = await read(rows, Array(6).fill(prompt), 12);
    const caches = cachesOf(read9, 6, 12);
    let logits = output(read9, 'logits');
    for (let position = prompt; position < 24; position++) {
      rows.forEach((tokens, i) => {
        const actual = logProb(row(logits, 6, i), tokens[position] ?? 0);
        expect(Math.abs(actual - (expected[i * 23 + position - 1] ?? 0))).toBeLessThan(1e-4);
      });
      logits = await feed(rows, position, caches);
    }
  });

  it('give a row the same bits whatever else is in the batch', async () => {
    const subject = sequences[0] ?? [];
    const results: Uint8Array[][] = [];
    for (const [size, at] of [
      [2, 0],
      [2, 1],
      [3, 2],
      [8, 5],
      [17, 0],
      [40, 31],
    ] as const) {
      const rows = sequences
        .slice(0, size)
        .map((tokens, i) => (i === at ? subject : i === 0 ? (sequences[at] ?? []) : tokens));
      const lengths = rows.map((_, i) => (i === at ? 7 : 1 + ((i * 5) % 12)));
      const outputs = await read(rows, lengths, 12);
      const caches = cachesOf(outputs, size, 12);
      const bytes = [row(output(outputs, 'logits'), size, at)];
      for (let position = 7; position < 12; position++) {
        bytes.push(row(await feed(rows, position, caches), size, at));
      }
      for (const name of CACHES) bytes.push(cacheOf(caches, name, at));
      results.push(bytes.map((floats) => new Uint8Array(floats.buffer)));
    }
    for (const result of results) expect(result).toEqual(results[0]);
  });
});

/** The first twelve positions of a row's cache: what lies beyond has not been written. */
function cacheOf(caches: Caches, name: string, index: number): Float32Array {
  const width = CONFIG.heads * CONFIG.context * SIZE;
  const one = caches[name]?.subarray(index * width, (index + 1) * width) ?? new Float32Array(0);
  const parts: number[] = [];
  for (let head = 0; head < CONFIG.heads; head++) {
    parts.push(...one.subarray(head * CONFIG.context * SIZE, (head * CONFIG.context + 12) * SIZE));
  }
  return Float32Array.from(parts);
}
