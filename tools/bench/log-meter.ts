import type { RunLog } from '../../store/run-log.ts';
import { now } from './measure.ts';

/** Adds up the time within the appends of logs. */
export class LogMeter {
  /** Wall time, and CPU time of the thread that appends. */
  seconds = 0;
  cpuSeconds = 0;

  /** Times the appends of a log, in place. */
  watch(log: RunLog): RunLog {
    const append = log.append.bind(log);
    log.append = (events, blobs) => {
      const began = now();
      const before = process.threadCpuUsage();
      try {
        return append(events, blobs);
      } finally {
        const { user, system } = process.threadCpuUsage(before);
        this.cpuSeconds += (user + system) / 1e6;
        this.seconds += now() - began;
      }
    };
    return log;
  }
}
