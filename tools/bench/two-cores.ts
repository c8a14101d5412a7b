import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { RunConfig } from '../../src/runtime/config.ts';
import { allowedCores } from './cores.ts';

export interface TwoCoreFigures {
  /** Time of a short whole run on one core, by that on two; null where it cannot be measured. */
  readonly twoCoreSpeedup: number | null;
  /** Whether both runs ended with the same weights, or why there is no figure. */
  readonly twoCoreNote: string;
}

const measuredSchema = z.object({ seconds: z.number(), version: z.string() });

/**
 * Trains twice from beginning to end, on one core and on two: cold start, evaluations, steps of both roles. The
 * samplers are as many as the cores, the shards are the configuration's.
 */
export async function measureTwoCores(config: RunConfig, pulse: () => void): Promise<TwoCoreFigures> {
  const cores = allowedCores();
  if (cores.length < 2) {
    const reason = cores.length === 0 ? 'no taskset to choose cores with' : 'a single core';
    return { twoCoreSpeedup: null, twoCoreNote: reason };
  }
  const short = shortRun(config);
  const timer = setInterval(pulse, 250);
  try {
    const two = await runOn(cores.slice(-2), short);
    const one = await runOn(cores.slice(-1), short);
    const same = one.version === two.version;
    return {
      twoCoreSpeedup: one.seconds / two.seconds,
      twoCoreNote: same ? 'same weights hash on both' : 'DIFFERENT WEIGHTS',
    };
  } finally {
    clearInterval(timer);
  }
}

/** Minutes less than a preset, in about its proportions. */
function shortRun(config: RunConfig): RunConfig {
  return {
    ...config,
    steps: Math.min(config.steps, 4),
    stage: { ...config.stage, steps: 2 },
    tasks: { ...config.tasks, heldOut: Math.min(config.tasks.heldOut, 20) },
    evaluation: { ...config.evaluation, controls: false },
    imitation: { ...config.imitation, chunks: Math.min(config.imitation.chunks, 3) },
  };
}

async function runOn(cores: readonly string[], config: RunConfig): Promise<z.infer<typeof measuredSchema>> {
  const program = fileURLToPath(new URL('./short-run.ts', import.meta.url));
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), program, JSON.stringify(config)];
  const child = spawn('taskset', ['-c', cores.join(), ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  return measuredSchema.parse(JSON.parse(await text(child.stdout)));
}
