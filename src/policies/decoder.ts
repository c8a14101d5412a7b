import { must } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import { localSession, output, type Session } from '../onnx/session.ts';
import { decodeGraph, prefillGraph } from './inference-graphs.ts';
import { Lane, laneOf, nextPosition } from './lane.ts';
import type { TransformerConfig } from './parameters.ts';
import type { SamplerSetup } from './policy-protocol.ts';
import { drawToken } from './sampler.ts';

/** One completion to sample, in tokens. */
export interface DecodeRequest {
  readonly prompt: readonly number[];
  /** Name of the random stream; draw `t` samples token `t`. */
  readonly stream: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface Decoded {
  readonly tokens: number[];
  readonly logProbs: number[];
  readonly finish: 'stop' | 'length';
}

interface Row {
  readonly request: DecodeRequest;
  readonly random: RandomStream;
  readonly done: (result: Decoded) => void;
  readonly limit: number;
  readonly tokens: number[];
  readonly logProbs: number[];
}

/** Prompts are padded to multiples of this; a row's bits depend on its own bucket and on nothing else. */
const BUCKET = 8;

/**
 * Share of the slots that must be free before waiting prompts are read. Reading a few at a time costs more
 * for each prompt, and splits up requests that share one.
 */
const ADMISSION = 1 / 4;

/**
 * Samples completions with continuous batching: rows leave when they are finished and others take their
 * place, prompts that wait together and are equal are read once. A completion depends on its request, the
 * seed and the weights only: never fewer than two rows, fixed shapes, draws named by request (platform
 * facts: ONNX Runtime is batch-invariant from two rows on).
 */
export class Decoder {
  readonly #config: TransformerConfig;
  readonly #seed: number;
  readonly #end: number;
  readonly #slots: number;
  readonly #threads: number | undefined;
  readonly #scratch: Float64Array;
  readonly #lanes: (Lane<Row> | undefined)[] = [];
  #waiting: Row[] = [];
  #prefill: Session | undefined;
  #decode: Session | undefined;

  constructor(config: TransformerConfig, options: Omit<SamplerSetup, 'config'>) {
    this.#config = config;
    this.#seed = options.seed;
    this.#end = options.end;
    this.#slots = Math.max(2, options.slots);
    this.#threads = options.threads;
    this.#scratch = new Float64Array(config.vocab);
  }

  /** Takes new weights; only between completions. */
  async load(weights: Float32Array): Promise<void> {
    await this.close();
    this.#prefill = await localSession(prefillGraph(this.#config, weights), this.#threads);
    this.#decode = await localSession(decodeGraph(this.#config, weights), this.#threads);
  }

  async close(): Promise<void> {
    await this.#prefill?.close();
    await this.#decode?.close();
    this.#prefill = undefined;
    this.#decode = undefined;
  }

  get busy(): boolean {
    return this.#active > 0 || this.#waiting.length > 0;
  }

  /**
   * Queues a request; `done` gets its result once. A prompt that leaves no room in the context is answered at
   * once with no tokens and `length`.
   */
  submit(request: DecodeRequest, done: (result: Decoded) => void): void {
    const limit = Math.min(request.maxTokens, this.#config.context - request.prompt.length);
    if (limit <= 0) {
      done({ tokens: [], logProbs: [], finish: 'length' });
      return;
    }
    const random = new RandomStream(this.#seed, request.stream);
    this.#waiting.push({ request, random, done, limit, tokens: [], logProbs: [] });
  }

  /** Reads waiting prompts if enough slots are free, then samples one token for every row. */
  async step(): Promise<void> {
    const free = this.#slots - this.#active;
    if (this.#waiting.length > 0 && free >= this.#slots * ADMISSION) await this.#admit();
    // The widest first: what moves on to a wider lane has had its token.
    for (const lane of [...this.#lanes].reverse())
      if (lane && lane.rows.length > 0) await this.#advance(lane);
  }

  /** Rows that are being decoded. */
  get #active(): number {
    return this.#lanes.reduce((sum, lane) => sum + (lane?.rows.length ?? 0), 0);
  }

  #laneFor(row: Row): Lane<Row> {
    const index = laneOf(nextPosition(row));
    const lane = this.#lanes[index] ?? new Lane(this.#config, this.#slots, index);
    this.#lanes[index] = lane;
    return lane;
  }

  /** Takes in as many waiting requests as there are free slots, one prefill for each bucket of lengths. */
  async #admit(): Promise<void> {
    const admitted = this.#waiting.splice(0, this.#slots - this.#active);
    const buckets = new Map<number, Map<string, Row[]>>();
    for (const row of admitted) {
      const { prompt } = row.request;
      const bucket = Math.min(this.#config.context, Math.ceil(prompt.length / BUCKET) * BUCKET);
      const prompts = buckets.get(bucket) ?? new Map<string, Row[]>();
      buckets.set(bucket, prompts);
      const key = prompt.join();
      const group = prompts.get(key);
      if (group === undefined) prompts.set(key, [row]);
      else group.push(row);
    }
    for (const [bucket, prompts] of buckets) await this.#read(bucket, [...prompts.values()]);
  }

  /** One prefill of distinct prompts of one bucket; each row's first token comes from it. */
  async #read(length: number, groups: readonly (readonly Row[])[]): Promise<void> {
    const { vocab } = this.#config;
    const rows = Math.max(2, groups.length);
    const tokens = new Int32Array(rows * length);
    const previous = new Int32Array(rows * length);
    const lengths = new Int32Array(rows).fill(1);
    groups.forEach(([first], index) => {
      const prompt = first?.request.prompt ?? [];
      tokens.set(prompt, index * length);
      previous.set(prompt.slice(0, -1), index * length + 1);
      lengths[index] = prompt.length;
    });
    const outputs = await must(this.#prefill, 'loaded weights').run({
      tokens: { data: tokens, dims: [rows, length] },
      previous: { data: previous, dims: [rows, length] },
      lengths: { data: lengths, dims: [rows] },
    });
    const logits = output(outputs, 'logits');
    groups.forEach((group, index) => {
      for (const row of group) {
        if (!this.#sample(row, logits, index * vocab)) this.#laneFor(row).begin(row, outputs, index, length);
      }
    });
  }

  /** One token for every row of a lane. */
  async #advance(lane: Lane<Row>): Promise<void> {
    const outputs = await must(this.#decode, 'loaded weights').run(lane.feeds());
    const logits = output(outputs, 'logits');
    const leaving: { index: number; next: Lane<Row> | undefined }[] = [];
    lane.rows.forEach((row, index) => {
      lane.write(index, row, outputs);
      if (this.#sample(row, logits, index * this.#config.vocab)) leaving.push({ index, next: undefined });
      else if (this.#laneFor(row) !== lane) leaving.push({ index, next: this.#laneFor(row) });
    });
    // From the end, so that the row that fills a gap is never one that leaves.
    for (const { index, next } of leaving.reverse()) lane.release(index, next);
  }

  /** Draws a row's next token; true if that was its last. */
  #sample(row: Row, logits: Float32Array, offset: number): boolean {
    const { temperature } = row.request;
    const uniform = row.random.at(row.tokens.length);
    const { vocab } = this.#config;
    const { token, logProb } = drawToken(logits, offset, vocab, temperature, uniform, this.#scratch);
    row.tokens.push(token);
    row.logProbs.push(logProb);
    const stopped = token === this.#end;
    if (!stopped && row.tokens.length < row.limit) return false;
    row.done({ tokens: row.tokens, logProbs: row.logProbs, finish: stopped ? 'stop' : 'length' });
    return true;
  }
}
