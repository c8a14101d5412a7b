import { z } from 'zod';
import type { Tally } from '../../machines/tally.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { InvariantError } from '../core/errors.ts';
import { firstOfEach } from '../tasks/task-set.ts';
import { actorFactory } from './actors.ts';
import type { RunConfig } from './config.ts';
import type { Kit } from './kit.ts';
import { readMaterial } from './material.ts';
import { Scheduler } from './scheduler.ts';
import { taskRef } from './task-ref.ts';
import { type Hardware, Troupe } from './troupe.ts';

export interface EvaluateOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Label of the policy version, see versions.ts. */
  readonly label: string;
  /** Tasks per family; all held-out ones by default. */
  readonly tasks?: number;
  /** Samples of each task, one design and one execution each; 1 by default. The first draws what it would draw alone. */
  readonly samples?: number;
  /** A script that stands in for the designer on every task. */
  readonly script?: string;
  readonly onEvents?: (events: readonly StoredEvent[]) => void;
}

const countsSchema = z.object({
  tasks: z.number(),
  score: z.number(),
  valid: z.number(),
  calls: z.number(),
  tokens: z.number(),
  shapes: z.record(z.string(), z.number()),
});
const tallySchema = z.record(
  z.string(),
  countsSchema.extend({ attributes: z.record(z.string(), countsSchema) }),
);

/**
 * Scores one policy version of a run on its held-out tasks, sampled at the training temperature. Draws come from streams
 * of their own (`eval/now/…`); nothing is written.
 */
export async function evaluate(
  recorded: EventReader,
  config: RunConfig,
  options: EvaluateOptions,
): Promise<Tally> {
  const material = readMaterial(recorded);
  if (material === null) throw new InvariantError('the run has no tasks or tokenizer');
  const log = new MemoryLog(() => 0);
  const troupe = new Troupe(config, material, options.kit, log, options.hardware);
  try {
    troupe.models.restore(recorded, options.label);
    await troupe.load();
    const tasks = firstOfEach(material.tasks.heldOut, options.tasks).map((task) => ({
      ...taskRef(task, options.kit.families),
    }));
    const { script, samples } = options;
    const scheduler = new Scheduler({
      log,
      effects: troupe.effects,
      createActor: actorFactory(options.kit.library, config.behaviours ?? []),
      ...(options.onEvents === undefined ? {} : { onEvents: options.onEvents }),
    });
    return tallySchema.parse(
      await scheduler.run('evaluation', 'evaluation', {
        tasks,
        ...(samples === undefined ? {} : { samples }),
        ...(script === undefined ? {} : { script }),
      }),
    );
  } finally {
    await troupe.close();
  }
}
