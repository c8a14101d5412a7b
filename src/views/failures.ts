import type { RunView } from './run-view.ts';

/** Counts by cause, the most frequent first. */
export function causes(counts: { readonly [cause: string]: number }): string {
  const list = Object.entries(counts)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([cause, count]) => `${cause} ${count}`);
  return list.length === 0 ? 'none' : list.join(', ');
}

/** A run's failure taxonomy: why scripts were no designs, and why executions came to no answer. */
export function failureLines(view: RunView): string[] {
  return [
    `Rejected scripts: ${causes(view.failures)}`,
    `Executions without an answer: ${causes(view.executionFailures)}`,
    ...(view.killed === 0
      ? []
      : [
          `Programs that only the clock stopped: ${view.killed}. Executed again they may end otherwise, so this run need not be reproducible.`,
        ]),
  ];
}
