import { constants } from 'node:os';

/** A terminal's Ctrl-C comes twice to a process behind bin/troupe.cjs; within this time (ms) it is the same one. */
const ECHO = 500;

/**
 * The first signal ends work cleanly, so that one can go on with it; a second one ends the process. Returns the exit code of
 * work that a signal ended: 128 and the signal's number; null while there was none.
 */
export function stopOnSignals(work: { stop(): void }): () => number | null {
  let first: number | null = null;
  let code: number | null = null;
  const stop = (signal: NodeJS.Signals) => {
    if (first === null) {
      first = performance.now();
      // A reader that went away is a normal end; see main.ts.
      code = signal === 'SIGPIPE' ? 0 : 128 + constants.signals[signal];
      work.stop();
    } else if (performance.now() - first > ECHO) {
      // At once and for sure: what is acknowledged is in the store, and an exit that waits might not come.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return () => code;
}
