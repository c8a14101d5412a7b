import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../../../src/core/errors.ts';
import { type Job, messageSchema } from './job.ts';
import type { Performed } from './perform.ts';

const WORKER = new URL('./job-worker.ts', import.meta.url);

/** A job in a process of its own. */
export interface Child {
  /** Null if it was stopped; rejects if it failed. */
  readonly finished: Promise<Performed | null>;
  stop(): void;
}

/** Starts a job. The child stops by itself if this process goes away. */
export function startChild(job: Job, onProgress: (what: string, share: number) => void): Child {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(WORKER), JSON.stringify(job)],
    // A group of its own: a terminal's Ctrl-C comes through us, once. Its input is how it knows that we live.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  let said = '';
  let result: Performed | null = null;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = messageSchema.parse(JSON.parse(line));
    if ('what' in message) onProgress(message.what, message.share);
    else result = message;
  });
  const finished = async (): Promise<Performed | null> => {
    await once(child, 'close');
    if (result !== null) return result;
    if (child.exitCode === 130 || child.signalCode === 'SIGTERM') return null;
    throw new InvariantError(`ended with ${child.exitCode ?? child.signalCode}: ${said.trim()}`);
  };
  return { finished: finished(), stop: () => child.kill('SIGTERM') };
}
