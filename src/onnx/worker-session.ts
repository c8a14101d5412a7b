import { once } from 'node:events';
import { InvariantError } from '../core/errors.ts';
import { startWorker } from '../core/worker.ts';
import type { Feeds, Outputs, Session } from './session.ts';

/** What the worker is sent: a model first, then one message for each run. */
export type SessionRequest =
  | { readonly model: Uint8Array; readonly threads: number }
  | { readonly feeds: Feeds };
/** What it answers to each. */
export type SessionReply = { readonly outputs: Outputs } | { readonly error: string };

/**
 * Loads a model onto a thread of its own, so that several run at once and none blocks the caller. Feeds
 * are copied, except arrays in shared memory, and outputs change hands; feed whole arrays, since a view copies all of its
 * buffer. Runs are answered in the
 * order in which they were asked for. The worker does not keep the process alive while it is idle. `threads` is
 * that of `localSession`.
 */
export async function workerSession(model: Uint8Array, threads = 1): Promise<Session> {
  const worker = startWorker(new URL('./session-worker.ts', import.meta.url));
  let last: Promise<unknown> = Promise.resolve();
  let failure: Error | undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    fail = (error) => {
      failure ??= error;
      reject(failure);
    };
  });
  ended.catch(() => undefined);
  worker.on('error', fail);
  worker.on('exit', () => fail(new InvariantError('a session worker ended')));
  const ask = (request: SessionRequest): Promise<Outputs> => {
    const answer = last.then(async () => {
      if (failure !== undefined) throw failure;
      worker.ref();
      try {
        worker.postMessage(request);
        const [reply]: unknown[] = await Promise.race([once(worker, 'message'), ended]);
        return outputsOf(reply);
      } finally {
        worker.unref();
      }
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  await ask({ model, threads });
  return {
    run: (feeds) => ask({ feeds }),
    // Not in the middle of a run: ending a thread inside ONNX Runtime takes the process down.
    close: async () => {
      await last;
      await worker.terminate();
    },
  };
}

function outputsOf(reply: unknown): Outputs {
  if (typeof reply !== 'object' || reply === null)
    throw new InvariantError('a session worker answered nonsense');
  if ('error' in reply) throw new InvariantError(`a session worker failed: ${String(reply.error)}`);
  const outputs = 'outputs' in reply && typeof reply.outputs === 'object' ? (reply.outputs ?? {}) : {};
  const floats: Record<string, Float32Array> = {};
  for (const [name, value] of Object.entries(outputs))
    if (value instanceof Float32Array) floats[name] = value;
  return floats;
}
