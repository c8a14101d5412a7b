import { InvariantError, must } from '../../core/errors.ts';
import { sequenceLength, type TrainingSequence } from '../../learning/batches.ts';
import { LearnerThread } from '../../learning/learner-thread.ts';
import { forEachTarget, policyBatch } from '../../learning/tensors.ts';
import type { EmbeddedPolicyOptions } from '../../policies/embedded-policy.ts';
import { weightsHash } from '../../policies/parameters.ts';
import type { CallRequest, Completion, PlayingPolicy } from '../../policies/policy.ts';
import { readCompletion, renderPrompt } from '../../policies/template.ts';

/** Token positions of one batch, padding included. */
const BATCH = 4096;

interface Waiting {
  readonly model: string;
  readonly temperature: number;
  readonly sequence: TrainingSequence;
  readonly resolve: (logProbs: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The completion that a call came to when it was recorded; undefined if the recording does not hold it. */
export type FindCall = (request: CallRequest) => Completion | undefined;

/**
 * A policy that samples nothing: the recorded tokens of a call are read behind its prompt (teacher forcing), and the
 * answer is what they say, with the log-probabilities that the weights give them now. A call that was not recorded
 * is answered with no tokens, which no recorded call can be equal to.
 */
export class TeacherForcing implements PlayingPolicy {
  readonly #options: EmbeddedPolicyOptions;
  readonly #find: FindCall;
  readonly #threads: LearnerThread[] = [];
  readonly #models = new Map<string, { readonly weights: Float32Array; readonly version: string }>();
  #waiting: Waiting[] = [];
  #open = 0;
  #turn = 0;

  constructor(options: EmbeddedPolicyOptions, find: FindCall) {
    this.#options = options;
    this.#find = find;
  }

  async load(model: string, weights: Float32Array): Promise<void> {
    if (this.#open > 0) throw new InvariantError(`new weights for ${model} amid ${this.#open} open calls`);
    this.#models.set(model, { weights, version: weightsHash(weights) });
  }

  async complete(request: CallRequest): Promise<Completion> {
    const { tokenizer, models, config } = this.#options;
    const model = request.model ?? models[request.role];
    const { version } = must(this.#models.get(model), `loaded weights of the model ${model}`);
    const promptTokens = renderPrompt(request.prompt, tokenizer);
    const { maxTokens, temperature } = request.sampler;
    const room = Math.max(0, Math.min(maxTokens, config.context - promptTokens.length));
    const tokens = sampleable(this.#find(request)?.tokens ?? [], room, tokenizer.end);
    const logProbs =
      tokens.length === 0
        ? []
        : await this.#score(model, temperature, { promptTokens, tokens, advantage: 0 });
    const finish = tokens.at(-1) === tokenizer.end ? 'stop' : 'length';
    return { ...readCompletion(tokens, tokenizer), promptTokens, tokens, logProbs, finish, version };
  }

  async close(): Promise<void> {
    const error = new InvariantError('the policy was closed');
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #score(model: string, temperature: number, sequence: TrainingSequence): Promise<number[]> {
    this.#open++;
    try {
      return await new Promise((resolve, reject) => {
        // Everything that is asked for within one tick is read together.
        if (this.#waiting.length === 0) setImmediate(() => this.#flush());
        this.#waiting.push({ model, temperature, sequence, resolve, reject });
      });
    } finally {
      this.#open--;
    }
  }

  #flush(): void {
    const groups = new Map<string, Waiting[]>();
    for (const call of this.#waiting.splice(0)) {
      const kind = `${call.model} ${call.temperature}`;
      const group = groups.get(kind);
      if (group === undefined) groups.set(kind, [call]);
      else group.push(call);
    }
    for (const group of groups.values()) {
      group.sort((a, b) => sequenceLength(a.sequence) - sequenceLength(b.sequence));
      while (group.length > 0) {
        const longest = sequenceLength(must(group.at(-1), 'a sequence').sequence);
        const rows = Math.max(1, Math.floor(BATCH / longest));
        void this.#read(group.splice(-rows), Math.ceil(longest / 8) * 8);
      }
    }
  }

  /** Scores calls of one model and temperature together. */
  async #read(batch: readonly Waiting[], length: number): Promise<void> {
    try {
      const { model, temperature } = must(batch[0], 'a call');
      const { weights } = must(this.#models.get(model), `the model ${model}`);
      const sequences = batch.map(({ sequence }) => sequence);
      const scored = await this.#thread().score(weights, [policyBatch({ sequences, length })], temperature);
      batch.forEach(({ sequence, resolve }, row) => {
        const logProbs: number[] = [];
        forEachTarget(sequence, row * length, (at) => logProbs.push(scored[0]?.[at] ?? Number.NaN));
        resolve(logProbs);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** Threads by turns; they are started when they are first needed. */
  #thread(): LearnerThread {
    const { config, workers, threads } = this.#options;
    const index = this.#turn++ % Math.max(1, workers);
    const thread = this.#threads[index] ?? new LearnerThread({ config, shards: 1, threads });
    this.#threads[index] = thread;
    return thread;
  }
}

/**
 * The part of a list of tokens that sampling could have come to: up to the first end token, at most `room` tokens;
 * none where it would have gone on.
 */
function sampleable(tokens: readonly number[], room: number, end: number): readonly number[] {
  const stop = tokens.indexOf(end);
  const cut = tokens.slice(0, Math.min(room, stop < 0 ? tokens.length : stop + 1));
  return cut.length === room || cut.at(-1) === end ? cut : [];
}
