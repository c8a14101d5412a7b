/** A terminal's Ctrl-C comes twice to a process behind bin/troupe.cjs; within this time (ms) it is the same one. */
const ECHO = 500;

/** The first signal ends work cleanly, so that one can go on with it; a second one ends the process. */
export function stopOnSignals(work: { stop(): void }): void {
  let first: number | null = null;
  const stop = () => {
    if (first === null) {
      first = performance.now();
      work.stop();
    } else if (performance.now() - first > ECHO) {
      // At once and for sure: what is acknowledged is in the store, and an exit that waits might not come.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
