import type { Worker } from 'node:worker_threads';
import { InvariantError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { startWorker } from '../core/worker.ts';
import { LIMITS, spent } from './quickjs-limits.ts';
import { PROGRESS, replySchema } from './quickjs-protocol.ts';
import type { Sandbox, SandboxProgram, SandboxResult } from './sandbox.ts';

interface Waiting {
  readonly program: SandboxProgram;
  readonly resolve: (result: SandboxResult) => void;
  readonly reject: (error: Error) => void;
}

interface Settings {
  /** A program without progress for this long is killed; milliseconds. */
  readonly killAfter?: number;
  /** Programs per message. */
  readonly batch?: number;
}

const TICKS = 10;

/**
 * The {@link Sandbox} on QuickJS in a worker thread. What is asked within one tick travels in one message.
 * Counted limits stop nearly everything; should a program still hang, the worker is terminated, that
 * program is answered `killed`, and the others are evaluated by a new worker. A program that catches the
 * interrupt and runs on ends its worker, too, but its result is that of every other that spent its steps.
 */
export class QuickJsSandbox implements Sandbox {
  readonly #settings: Required<Settings>;
  readonly #progress = new Int32Array(new SharedArrayBuffer(8));
  #worker: Worker | undefined;
  #ready = false;
  #closed = false;
  #queue: Waiting[] = [];
  #batch: Waiting[] = [];
  #scheduled = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(settings: Settings = {}) {
    this.#settings = { killAfter: settings.killAfter ?? LIMITS.killAfter, batch: settings.batch ?? 64 };
  }

  evaluate(program: SandboxProgram): Promise<SandboxResult> {
    if (this.#closed) return Promise.reject(new InvariantError('the sandbox is closed'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ program, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    });
  }

  /** Ends the worker. Programs that still wait are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#fail(new InvariantError('the sandbox was closed'));
    await this.#drop();
  }

  /** Sends the next batch, if the worker is free and something waits. */
  #send(): void {
    if (this.#batch.length > 0 || this.#queue.length === 0 || this.#closed) return;
    this.#batch = this.#queue.splice(0, this.#settings.batch);
    const worker = this.#worker ?? this.#start();
    worker.ref();
    Atomics.store(this.#progress, PROGRESS.current, 0);
    Atomics.store(this.#progress, PROGRESS.spent, 0);
    worker.postMessage({ programs: this.#batch.map(({ program }) => program) });
    if (this.#ready) this.#startWatch();
  }

  #start(): Worker {
    const worker = startWorker(new URL('./quickjs-worker.ts', import.meta.url), {
      workerData: { progress: this.#progress },
      env: {},
      resourceLimits: { stackSizeMb: LIMITS.workerStack },
    });
    this.#worker = worker;
    this.#ready = false;
    worker.on('message', (message: unknown) => {
      if (worker === this.#worker) this.#receive(message);
    });
    worker.on('error', (error: unknown) => {
      if (worker === this.#worker) this.#lost(String(error));
    });
    worker.on('exit', () => {
      if (worker === this.#worker) this.#lost('the worker ended');
    });
    return worker;
  }

  #receive(message: unknown): void {
    const reply = replySchema.parse(message);
    if (reply.kind === 'ready') {
      this.#ready = true;
      if (this.#batch.length > 0) this.#startWatch();
      return;
    }
    const batch = this.#batch;
    this.#batch = [];
    clearInterval(this.#watch);
    this.#worker?.unref();
    for (const [index, result] of reply.results.entries()) {
      if (!result.ok) batch[index]?.resolve(result);
      else {
        const value: Json = JSON.parse(result.json);
        batch[index]?.resolve({ ok: true, value, steps: result.steps });
      }
    }
    this.#send();
  }

  /**
   * Counts ticks of our own timer without progress, not time: when this thread itself is busy, the ticks
   * are late as well, and the worker is not blamed.
   */
  #startWatch(): void {
    clearInterval(this.#watch);
    let seen = -1;
    let still = 0;
    this.#watch = setInterval(() => {
      const current = Atomics.load(this.#progress, PROGRESS.current);
      still = current === seen ? still + 1 : 0;
      seen = current;
      if (still >= TICKS) this.#lost('stopped by the wall clock');
    }, this.#settings.killAfter / TICKS);
  }

  /** The worker hangs or died: answers the program it was at, and lets a new worker do the rest. */
  #lost(why: string): void {
    const batch = this.#batch;
    this.#batch = [];
    if (!this.#ready) {
      this.#queue = [...batch, ...this.#queue];
      this.#fail(new InvariantError(`the sandbox worker does not start: ${why}`));
    } else {
      const [killed] = batch.splice(Atomics.load(this.#progress, PROGRESS.current), 1);
      const isSpent = Atomics.load(this.#progress, PROGRESS.spent) === 1;
      killed?.resolve(
        isSpent ? spent(killed.program) : { ok: false, failure: 'killed', message: why, steps: 0 },
      );
      this.#queue = [...batch, ...this.#queue];
    }
    void this.#drop().then(() => this.#send());
  }

  #fail(error: InvariantError): void {
    const waiting = [...this.#batch, ...this.#queue];
    this.#batch = [];
    this.#queue = [];
    for (const { reject } of waiting) reject(error);
  }

  async #drop(): Promise<void> {
    clearInterval(this.#watch);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
