import { InvariantError, must } from '../core/errors.ts';
import { type TransformerConfig, weightsHash } from './parameters.ts';
import type { CallRequest, Completion, PlayingPolicy } from './policy.ts';
import type { Role } from './prompt.ts';
import { SamplerThread } from './sampler-thread.ts';
import { readCompletion, renderPrompt } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface EmbeddedPolicyOptions {
  readonly config: TransformerConfig;
  readonly tokenizer: Tokenizer;
  readonly seed: number;
  /** Sampling threads; the results do not depend on how many. */
  readonly workers: number;
  /** Rows that a thread decodes at once. */
  readonly slots?: number;
  /** Threads within an operator of ONNX Runtime; 1 if left out. */
  readonly threads?: number | undefined;
  /** Which model plays which role; one name for both if they share it. */
  readonly models: { readonly [role in Role]: string };
}

interface Waiting {
  readonly request: CallRequest;
  readonly prompt: readonly number[];
  /** Hash of the weights that will sample it. */
  readonly version: string;
  readonly resolve: (completion: Completion) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The transformer that Troupe trains, as a {@link Policy}: calls of all actors wait in one queue, and the
 * sampling threads take them as they have room.
 */
export class EmbeddedPolicy implements PlayingPolicy {
  readonly #options: EmbeddedPolicyOptions;
  readonly #threads: readonly SamplerThread[];
  readonly #versions = new Map<string, string>();
  #queue: Waiting[] = [];
  #scheduled = false;
  #closed = false;
  /** Calls that are not answered yet. */
  #open = 0;

  constructor(options: EmbeddedPolicyOptions) {
    this.#options = options;
    const { config, seed, tokenizer, slots = 64, workers, threads } = options;
    this.#threads = Array.from(
      { length: Math.max(1, workers) },
      () => new SamplerThread({ config, seed, end: tokenizer.end, slots, threads }),
    );
  }

  /**
   * Gives a model new weights; resolves when every thread plays with them. Rejects with an InvariantError
   * while calls are under way, since nobody could say which weights answered them.
   */
  async load(model: string, weights: Float32Array): Promise<void> {
    if (this.#open > 0) throw new InvariantError(`new weights for ${model} amid ${this.#open} open calls`);
    const version = weightsHash(weights);
    // Of two models mostly one has learned; to build a thread's session anew takes 40 ms and more.
    if (!this.#closed && this.#versions.get(model) === version) return;
    this.#versions.delete(model);
    await Promise.all(this.#threads.map((thread) => thread.load(model, weights)));
    this.#versions.set(model, version);
  }

  /** Rejects with an InvariantError before weights are loaded, after {@link close} and if a thread fails. */
  async complete(request: CallRequest): Promise<Completion> {
    if (this.#closed) throw new InvariantError('the policy is closed');
    const { models, tokenizer } = this.#options;
    const model = request.model ?? models[request.role];
    const version = must(this.#versions.get(model), `loaded weights of the model ${model}`);
    const prompt = renderPrompt(request.prompt, tokenizer);
    this.#open++;
    try {
      return await new Promise((resolve, reject) => {
        this.#queue.push({ request, prompt, version, resolve, reject });
        this.#schedule();
      });
    } finally {
      this.#open--;
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const error = new InvariantError('the policy was closed');
    for (const { reject } of this.#queue.splice(0)) reject(error);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Everything that is asked for within one tick is handed out together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#handOut();
    });
  }

  /** Neighbours in the queue often share a prompt, so each thread takes a run of them. */
  #handOut(): void {
    const free = this.#threads.filter((thread) => thread.room > 0);
    free.forEach((thread, index) => {
      const share = Math.ceil(this.#queue.length / (free.length - index));
      const taken = this.#queue.splice(0, Math.min(share, thread.room));
      if (taken.length > 0) this.#give(thread, taken);
    });
  }

  #give(thread: SamplerThread, taken: readonly Waiting[]): void {
    const { models, tokenizer } = this.#options;
    thread.call(
      taken.map(({ request, prompt, version, resolve, reject }) => ({
        model: request.model ?? models[request.role],
        request: { prompt, stream: request.draws ?? request.stream, ...request.sampler },
        reject,
        resolve: ({ tokens, logProbs, finish }) =>
          resolve({
            ...readCompletion(tokens, tokenizer),
            promptTokens: prompt,
            tokens,
            logProbs,
            finish,
            version,
          }),
      })),
    );
  }
}
