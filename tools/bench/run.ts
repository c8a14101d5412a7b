import type { RunConfig } from '../../src/runtime/config.ts';
import type { Kit } from '../../src/runtime/kit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { RunView } from '../../src/views/run-view.ts';
import { SnapshotKeeper } from '../../src/views/snapshot-keeper.ts';
import { Store } from '../../store/store.ts';
import { LogMeter } from './log-meter.ts';
import { inScratch, now } from './measure.ts';

/** What the log takes of a whole run: cold start, evaluations, steps. */
export interface RunFigures {
  readonly seconds: number;
  readonly events: number;
  /** CPU time within appends, by that of all threads. */
  readonly logShare: number;
  /** Wall time within appends, by the run's; where threads outnumber the cores, most of it is waiting for one. */
  readonly logWallShare: number;
}

/** Trains once, from beginning to end, with snapshots, as `troupe train` does. */
export async function measureRun(
  config: RunConfig,
  kit: Kit,
  samplers: number,
  onProgress: (share: number) => void,
): Promise<RunFigures> {
  return inScratch(async (file) => {
    const store = Store.open(file('run.db'), { mode: 'create', clock: Date.now });
    const meter = new LogMeter();
    const open = store.openLog.bind(store);
    store.openLog = (...run) => meter.watch(open(...run));
    const view = new RunView();
    try {
      const began = now();
      const cpu = process.cpuUsage();
      let keeper: SnapshotKeeper | undefined;
      const run = startRun(store, config, {
        kit,
        hardware: { samplers },
        codeVersion: 'bench',
        onEvents: (events) => {
          for (const event of events) view.apply(event);
          keeper?.saw(view);
          onProgress(shareOf(view));
        },
      });
      keeper = new SnapshotKeeper(store.snapshots(run.id, 'bench'), view);
      await run.finished;
      const seconds = now() - began;
      const { user, system } = process.cpuUsage(cpu);
      return {
        seconds,
        events: view.events,
        logShare: meter.cpuSeconds / ((user + system) / 1e6),
        logWallShare: meter.seconds / seconds,
      };
    } finally {
      store.close();
    }
  });
}

/** How much of a run is done, by its chunks of cold start and its steps. */
function shareOf({ plan, losses, step }: RunView): number {
  return (losses.length + step) / Math.max(1, plan.imitationChunks + plan.steps);
}
