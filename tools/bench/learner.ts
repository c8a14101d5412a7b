import { DEFAULT_HYPER_PARAMETERS, initialState } from '../../src/learning/learner.ts';
import { supervisedBatch } from '../../src/learning/tensors.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { measureDecode } from './decode.ts';
import { machine } from './measure.ts';
import { torchPython, torchTime } from './torch-step.ts';
import { measureTrainStep, stepBatches } from './train-step.ts';
import { measureTwoCores, type TwoCoreFigures } from './two-cores.ts';
import { workload } from './workload.ts';

/** How fast this machine trains and samples. Times are of one thread; see the parts for what is measured. */
export interface LearnerReport extends TwoCoreFigures {
  readonly machine: ReturnType<typeof machine>;
  /** A training step of the cold start. */
  readonly trainStepMs: number;
  /** Time of the step's matrix products alone, at the same shapes, by that of the step. */
  readonly matmulShare: number;
  readonly matmulGflops: number;
  /** The same step in PyTorch; left out where no Python has it. */
  readonly torchStepMs?: number;
  readonly trainTokensPerCpuSecond: number;
  /** Time per position of a batch ten times as large, by that of one of the run's size. */
  readonly tenfold: number;
  /** Share of the positions of a chunk of the cold start that is padding. */
  readonly paddingShare: number;
  readonly decodeTokensPerCpuSecond: number;
}

export interface LearnerBenchOptions {
  readonly config: RunConfig;
  /** About how long decoding and training steps are measured each; PyTorch and the runs take what they take. */
  readonly seconds: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

export async function measureLearner({
  config,
  seconds,
  onProgress,
}: LearnerBenchOptions): Promise<LearnerReport> {
  const pulse = (what: string, done: number) => () => onProgress?.(what, done, 4);
  const given = workload(config);
  const step = await measureTrainStep(given, { seconds, pulse: pulse('training step', 0) });
  pulse('PyTorch', 1)();
  const python = torchPython();
  const batches = stepBatches(given).map(supervisedBatch);
  const torchStepMs =
    python === null
      ? null
      : torchTime(python, {
          config: given.transformer,
          state: initialState(given.weights),
          batches: [...batches, ...batches, ...batches],
          hyper: DEFAULT_HYPER_PARAMETERS,
        });
  const decode = await measureDecode(given, { seconds, pulse: pulse('decoding', 2) });
  const twoCores = await measureTwoCores(config, pulse('runs on one core and on two', 3));
  return {
    machine: machine(),
    trainStepMs: step.ms,
    matmulShare: step.matmulShare,
    matmulGflops: step.matmulGflops,
    ...(torchStepMs === null ? {} : { torchStepMs }),
    trainTokensPerCpuSecond: step.tokensPerCpuSecond,
    tenfold: step.tenfold,
    paddingShare: step.paddingShare,
    decodeTokensPerCpuSecond: decode.tokensPerCpuSecond,
    ...twoCores,
  };
}
