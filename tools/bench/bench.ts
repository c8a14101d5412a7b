import type { RunConfig } from '../../src/runtime/config.ts';
import { type DecodeFigures, measureDecode } from './decode.ts';
import { type LogFigures, measureLog } from './log.ts';
import { machine } from './measure.ts';
import { measureStep, type StepFigures } from './step.ts';
import { measureTrainStep, type TrainStepFigures } from './train-step.ts';
import { workload } from './workload.ts';

/** What was measured on this machine, all within one process. Rates are noisy, ratios less so. */
export interface BenchReport {
  readonly machine: ReturnType<typeof machine>;
  readonly decode: DecodeFigures;
  readonly trainStep: TrainStepFigures;
  readonly log: LogFigures;
  readonly step: StepFigures;
}

export interface BenchOptions {
  readonly config: RunConfig;
  /** About how long each measurement takes, preparation not counted. */
  readonly seconds: number;
  /** Called often, with what is being measured and how many of how many measurements are done. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** Takes all measurements, one after another. */
export async function bench({ config, seconds, onProgress }: BenchOptions): Promise<BenchReport> {
  const measuring = (what: string, done: number) => ({ seconds, pulse: () => onProgress?.(what, done, 4) });
  const given = workload(config);
  return {
    machine: machine(),
    decode: await measureDecode(given, measuring('decoding', 0)),
    trainStep: await measureTrainStep(given, measuring('training step', 1)),
    log: await measureLog(given, measuring('log', 2)),
    step: await measureStep(given, measuring('steps of a run', 3)),
  };
}
