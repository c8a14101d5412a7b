import { availableParallelism } from 'node:os';
import type { RunConfig } from '../../src/runtime/config.ts';
import { Store } from '../../store/store.ts';
import { type LogFigures, measureLog } from './log.ts';
import { measureStates, type StateFigures } from './long-run.ts';
import { inScratch, machine } from './measure.ts';
import { measureRun, type RunFigures } from './run.ts';
import { scriptedEvents } from './scripted-events.ts';
import { workload } from './workload.ts';

/** What the event log costs, and how fast a long run is gone back in. */
export interface StoreReport extends LogFigures {
  readonly machine: ReturnType<typeof machine>;
  /** The log's share of a whole run's CPU time: `run` says more. */
  readonly logShare: number;
  readonly run: RunFigures;
  readonly stateAt: StateFigures;
}

export interface StoreBenchOptions {
  readonly config: RunConfig;
  /** About how long each measurement takes, preparation not counted. */
  readonly seconds: number;
  /** Events of the run that is gone back in. */
  readonly count: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Measures the log by itself, within a whole run of the configuration, and with one long run. */
export async function measureStore(options: StoreBenchOptions): Promise<StoreReport> {
  const { config, seconds, count, onProgress } = options;
  const measuring = (what: string, done: number) => ({ seconds, pulse: () => onProgress?.(what, done, 3) });
  const given = workload(config);
  const log = await measureLog(given, measuring('log', 0));
  const run = await measureRun(config, given.kit, Math.min(4, availableParallelism()), (share) =>
    onProgress?.('a run', 1 + share, 3),
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
  return { machine: machine(), ...log, logShare: run.logShare, run, stateAt };
}
