import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a TypeScript file of ours, wherever the process was started from and with
 * whatever loader. The thread does not keep the process alive by itself.
 */
export function startWorker(file: URL, options: Omit<WorkerOptions, 'execArgv'> = {}): Worker {
  const worker = new Worker(file, { ...options, execArgv: ['--import', import.meta.resolve('tsx')] });
  worker.unref();
  return worker;
}
