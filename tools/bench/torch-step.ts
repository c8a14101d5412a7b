import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { batchFeeds, type TrainingBatch } from '../../src/learning/batch.ts';
import type { HyperParameters, LearnerState } from '../../src/learning/learner.ts';
import { parameterLayout, type TransformerConfig } from '../../src/policies/parameters.ts';

/** Training steps that PyTorch is to make, one for each batch. */
export interface TorchTask {
  readonly config: TransformerConfig;
  readonly state: LearnerState;
  readonly batches: readonly TrainingBatch[];
  readonly hyper: HyperParameters;
}

const timesSchema = z.object({ medianMs: z.number() });
export const torchStateSchema = z.object({
  /** PyTorch's version. */
  torch: z.string(),
  loss: z.number(),
  gradientNorm: z.number(),
  weights: z.string(),
  m: z.string(),
  v: z.string(),
});
/** What PyTorch makes of a task's last batch; arrays are base64 of little-endian float32. */
export type TorchState = z.infer<typeof torchStateSchema>;

/** Pythons that may have PyTorch: the first in the path may be another than Debian's. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** The Python on this machine that has PyTorch, or null. */
export function torchPython(): string | null {
  const has = (python: string) =>
    spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0;
  return PYTHONS.find(has) ?? null;
}

/** Median milliseconds of a step in PyTorch, on one thread. */
export function torchTime(python: string, task: TorchTask): number {
  return timesSchema.parse(run(python, task, false)).medianMs;
}

/** The state after the steps, with the last one's loss and gradient norm. */
export function torchState(python: string, task: TorchTask): TorchState {
  return torchStateSchema.parse(run(python, task, true));
}

function run(python: string, { config, state, batches, hyper }: TorchTask, wantsState: boolean): unknown {
  const input = JSON.stringify({
    config,
    layout: parameterLayout(config),
    hyper: { ...hyper, maxNorm: Math.min(hyper.maxNorm, 1e30) },
    weights: base64(state.weights),
    m: base64(state.m),
    v: base64(state.v),
    step: state.step,
    batches: batches.map(encodeBatch),
    wantsState,
  });
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0) throw new Error(`PyTorch failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout);
}

/** A batch as the learner's own model takes it: the same positions are computed, the same ones learned. */
function encodeBatch(batch: TrainingBatch) {
  const { feeds } = batchFeeds(batch);
  const encoded = Object.entries(feeds).map(([name, { data }]) => [
    name === 'tokenWeights' ? 'weights' : name,
    data instanceof Float32Array ? base64(data) : [...data],
  ]);
  return { objective: batch.objective, rows: batch.rows, ...Object.fromEntries(encoded) };
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}
