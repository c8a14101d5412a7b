import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread from a TypeScript file of ours, wherever the process was started from and with
 * whatever loader. The thread does not keep the process alive by itself.
 */
export function startWorker(file: URL, workerData?: unknown): Worker {
  const worker = new Worker(file, {
    workerData,
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  worker.unref();
  return worker;
}
