import type { RunHandle } from '../runtime/run.ts';

/** A terminal's Ctrl-C comes twice to a process behind bin/troupe.cjs; within this time (ms) it is the same one. */
const ECHO = 500;

/** The first signal ends the run cleanly, so that it can be resumed; a second one ends the process. */
export function stopOnSignals(run: RunHandle): void {
  let first: number | null = null;
  const stop = () => {
    if (first === null) {
      first = performance.now();
      run.stop();
    } else if (performance.now() - first > ECHO) {
      // At once and for sure: what is acknowledged is in the store, and an exit that waits might not come.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
