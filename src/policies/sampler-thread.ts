import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { InvariantError } from '../core/errors.ts';
import { startWorker } from '../core/worker.ts';
import type { Decoded, DecodeRequest } from './decoder.ts';
import type { SamplerMessage, SamplerReply, SamplerSetup } from './policy-protocol.ts';

/** A completion that a thread is asked for. */
export interface ThreadCall {
  readonly model: string;
  readonly request: DecodeRequest;
  readonly resolve: (result: Decoded) => void;
  readonly reject: (error: Error) => void;
}

/** One sampling thread, seen from the outside. If it fails, everything it was asked for is rejected. */
export class SamplerThread {
  readonly #worker: Worker;
  readonly #capacity: number;
  readonly #calls = new Map<number, ThreadCall>();
  readonly #loads: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #next = 0;
  #failure: Error | undefined;
  #closing = false;
  #exited = false;

  constructor(setup: SamplerSetup) {
    // Half as much again waits inside, so that a freed slot is filled without asking.
    this.#capacity = Math.ceil(setup.slots * 1.5);
    this.#worker = startWorker(new URL('./policy-worker.ts', import.meta.url), { workerData: setup });
    this.#worker.on('message', (reply: SamplerReply) => this.#receive(reply));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => {
      this.#exited = true;
      this.#fail(new InvariantError('the sampling thread ended'));
    });
  }

  /** Calls that it can still take. */
  get room(): number {
    return Math.max(0, this.#capacity - this.#calls.size);
  }

  load(model: string, weights: Float32Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#loads.push({ resolve, reject });
      this.#post({ kind: 'load', model, weights });
    });
  }

  call(calls: readonly ThreadCall[]): void {
    if (this.#failure !== undefined) {
      for (const { reject } of calls) reject(this.#failure);
      return;
    }
    const numbered = calls.map((call) => {
      const id = this.#next++;
      this.#calls.set(id, call);
      return { id, model: call.model, request: call.request };
    });
    this.#post({ kind: 'calls', calls: numbered });
  }

  /**
   * Ends the thread once its decode step is over; what it was asked for is rejected at once. To terminate a
   * thread that is inside ONNX Runtime would abort the whole process.
   */
  async close(): Promise<void> {
    if (this.#exited) return;
    this.#closing = true;
    this.#fail(new InvariantError('the sampling thread was closed'));
    const exit = once(this.#worker, 'exit');
    this.#post({ kind: 'close' });
    await exit;
  }

  #post(message: SamplerMessage): void {
    this.#worker.ref();
    this.#worker.postMessage(message);
  }

  #receive(reply: SamplerReply): void {
    if (reply.kind === 'failed') this.#fail(new InvariantError(`a sampling thread failed: ${reply.message}`));
    else if (reply.kind === 'loaded') this.#loads.shift()?.resolve();
    else {
      for (const { id, result } of reply.results) {
        const call = this.#calls.get(id);
        this.#calls.delete(id);
        call?.resolve(result);
      }
    }
    const idle = this.#calls.size === 0 && this.#loads.length === 0 && !this.#closing;
    if (idle) this.#worker.unref();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
    for (const { reject } of this.#loads.splice(0)) reject(error);
  }
}
