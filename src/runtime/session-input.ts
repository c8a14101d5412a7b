import { z } from 'zod';
import type { StagePlan } from '../../machines/stages.ts';
import { sha256 } from '../core/hash.ts';
import type { JsonObject } from '../core/json.ts';
import { coldStartChunks, type RunConfig } from './config.ts';
import type { Kit } from './kit.ts';
import { type Material, materialBlobs } from './material.ts';

/** Data of the session's first event: all that the run's results depend on, besides the code. */
export function sessionInput(config: RunConfig, material: Material, kit: Pick<Kit, 'scripts'>): JsonObject {
  const hashes = Object.fromEntries(materialBlobs(material).map(({ name, bytes }) => [name, sha256(bytes)]));
  // Where a run branched off does not change what its first event says.
  const { forks: _, ...unforked } = config;
  return {
    plan: { ...planOf(config, kit) },
    config: z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(unforked))),
    ...hashes,
  };
}

/** Who learns when. */
export function stagePlan({ steps, stage }: Pick<RunConfig, 'steps' | 'stage'>): StagePlan {
  return { steps, stageSteps: stage.steps, firstRole: stage.first, schedule: stage.schedule };
}

/** The part of a configuration that the session decides by. */
function planOf(config: RunConfig, { scripts }: Pick<Kit, 'scripts'>) {
  const { rollout, credit, policies, tasks, evaluation } = config;
  return {
    imitationChunks: coldStartChunks(config),
    ...stagePlan(config),
    policies,
    designs: rollout.designs,
    executions: rollout.executions,
    ...(rollout.design === undefined ? {} : { design: rollout.design }),
    ...(credit.draws === undefined ? {} : { draws: credit.draws }),
    evaluation: {
      cellTasks: evaluation.cellTasks,
      harder: tasks.harder > 0,
      controls: evaluation.controls ? [...scripts] : [],
      ...(evaluation.samples === undefined ? {} : { samples: evaluation.samples }),
    },
  };
}
