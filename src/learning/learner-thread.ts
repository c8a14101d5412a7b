import type { Worker } from 'node:worker_threads';
import { InvariantError } from '../core/errors.ts';
import { startWorker } from '../core/worker.ts';
import type { HyperParameters, LearnerState, TokenBatch, TrainingBatch } from './learner.ts';
import type { LearnerReply, LearnerRequest, LearnerSetup, Trained } from './protocol.ts';

/** A {@link Learner} on a thread of its own. State goes in and out by value, so nothing is shared or hidden. */
export class LearnerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { resolve: (reply: LearnerReply) => void; reject: (error: Error) => void }
  >();
  #next = 0;
  #closed = false;
  #failure: Error | undefined;

  constructor(setup: LearnerSetup) {
    this.#worker = startWorker(new URL('./learner-worker.ts', import.meta.url), { workerData: setup });
    this.#worker.on('message', (reply: LearnerReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) this.#worker.unref();
      waiting?.resolve(reply);
    });
    const fail = (error: Error) => {
      this.#failure ??= error;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => fail(new InvariantError(`the learner thread ended with code ${code}`)));
  }

  /** One update per batch, in order. */
  async train(
    state: LearnerState,
    batches: readonly TrainingBatch[],
    hyper: readonly HyperParameters[],
  ): Promise<Trained> {
    const result = await this.#ask({ kind: 'train', state, batches, hyper });
    if (result === null || !('state' in result))
      throw new InvariantError('the learner answered something else');
    return result;
  }

  /** Log-probabilities of the targets of each batch, `[rows, length]`. */
  async score(
    weights: Float32Array,
    batches: readonly TokenBatch[],
    temperature: number,
  ): Promise<readonly Float32Array[]> {
    const result = await this.#ask({ kind: 'score', weights, batches, temperature });
    if (result === null || 'state' in result) throw new InvariantError('the learner answered something else');
    return result;
  }

  /** Ends the thread after the training step in progress; what it was asked for is rejected at once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new InvariantError('the learner thread was closed'));
    // A thread that has failed hears nothing any more.
    if (this.#failure === undefined) await this.#ask({ kind: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  async #ask(request: LearnerRequest) {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#next++;
    this.#worker.ref();
    const reply = await new Promise<LearnerReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request });
    });
    if (!reply.ok) throw new InvariantError(`the learner failed: ${reply.message}`);
    return reply.result;
  }
}
