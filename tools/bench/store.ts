import { availableParallelism } from 'node:os';
import type { RunConfig } from '../../src/runtime/config.ts';
import { Store } from '../../store/store.ts';
import { type LogFigures, measureLog } from './log.ts';
import { measureStates, type StateFigures } from './long-run.ts';
import { inScratch, machine } from './measure.ts';
import { measureRun, type RunFigures } from './run.ts';
import { scriptedEvents } from './scripted-events.ts';
import { measureWidths, type WidthFigures } from './wide-step.ts';
import { workload } from './workload.ts';

/** What the event log costs, and how fast a long run is gone back in. */
export interface StoreReport extends LogFigures {
  readonly machine: ReturnType<typeof machine>;
  /** The log's share of a whole run's CPU time: `run` says more. */
  readonly logShare: number;
  readonly run: RunFigures;
  readonly stateAt: StateFigures;
  /** What an event of a step costs, by the number of its tasks. */
  readonly widths: readonly WidthFigures[];
}

export interface StoreBenchOptions {
  readonly config: RunConfig;
  /** About how long each measurement takes, preparation not counted. */
  readonly seconds: number;
  /** Events of the run that is gone back in. */
  readonly count: number;
  /** Tasks of the steps whose events are counted; the first is to warm up and is not reported. */
  readonly widths?: readonly number[];
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Measures the log by itself, within a whole run of the configuration, and with one long run. */
export async function measureStore(options: StoreBenchOptions): Promise<StoreReport> {
  const { config, seconds, count, widths = [60, 240, 2400], onProgress } = options;
  const measuring = (what: string, done: number) => ({ seconds, pulse: () => onProgress?.(what, done, 4) });
  const given = workload(config);
  const log = await measureLog(given, measuring('log', 0));
  const run = await measureRun(config, given.kit, Math.min(4, availableParallelism()), (share) =>
    onProgress?.('a run', 1 + share, 4),
  );
  const short = { ...config, steps: 2, imitation: { ...config.imitation, chunks: 1 } };
  const events = await scriptedEvents({ ...given, config: short });
  const stateAt = await inScratch((file) => {
    const store = Store.open(file('long.db'), { mode: 'create', clock: Date.now });
    try {
      return measureStates(store, events, count, measuring('states of a long run', 2));
    } finally {
      store.close();
    }
  });
  onProgress?.('wide steps', 3, 4);
  const wide = (await measureWidths(given, widths)).slice(1);
  return { machine: machine(), ...log, widths: wide, logShare: run.logShare, run, stateAt };
}
