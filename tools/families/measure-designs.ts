import { z } from 'zod';
import { InvariantError } from '../../src/core/errors.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { type TrialOptions, Trials } from '../../src/runtime/trials.ts';
import { readMaterial } from '../../src/runtime/troupe.ts';
import type { EventReader } from '../../store/event-log.ts';
import { type DesignTable, designTable, type Prices, tasksByCell, trialsOf } from './design-table.ts';

export interface DesignMeasuring extends TrialOptions {
  /** Held-out tasks of each family and attribute. */
  readonly tasks: number;
  /** Executions of each design on each task: an even number, because they are halved. */
  readonly executions: number;
  readonly scripts: readonly string[];
  readonly onProgress?: (done: number, of: number) => void;
}

/** Executes every fixed design on held-out tasks, and tables what came of it. */
export async function measureDesigns(
  recorded: EventReader,
  config: RunConfig,
  options: DesignMeasuring,
): Promise<DesignTable> {
  const material = readMaterial(recorded);
  if (material === null) throw new InvariantError('the run has no tasks or tokenizer');
  const { scripts, executions, onProgress } = options;
  const tasks = tasksByCell(material.tasks.heldOut, options.tasks);
  const wanted = trialsOf(tasks, scripts, executions);
  const trials = await Trials.open(recorded, config, options);
  try {
    const scores = await trials.run(wanted, (done) => onProgress?.(done, wanted.length));
    return designTable(tasks, scripts, executions, scores, pricesOf(config));
  } finally {
    await trials.close();
  }
}

const pricesSchema = z.object({ callPrice: z.number(), tokenPrice: z.number().default(0) });

/** What calls and tokens cost in a run's rewards. */
export function pricesOf({ credit }: RunConfig): Prices {
  return pricesSchema.parse(credit);
}
