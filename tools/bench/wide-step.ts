import { scriptedEvents } from './scripted-events.ts';
import type { Workload } from './workload.ts';

/** What an event of a step costs, by the number of its tasks. */
export interface WidthFigures {
  readonly tasks: number;
  readonly events: number;
  /** CPU time of the scheduler, actors, log in memory and credit, in microseconds per event. */
  readonly cpuPerEvent: number;
}

/**
 * Runs one scripted step for each number of tasks, two designs of two executions each. What a step does for every one of its
 * tasks must not look at all the others: then an event costs the same, however many there are.
 */
export async function measureWidths(given: Workload, widths: readonly number[]): Promise<WidthFigures[]> {
  const figures: WidthFigures[] = [];
  for (const tasks of widths) {
    const config = {
      ...given.config,
      steps: 1,
      imitation: { ...given.config.imitation, chunks: 1 },
      rollout: { ...given.config.rollout, tasksPerStep: tasks, designs: 2, executions: 2 },
      evaluation: { cellTasks: 0, controls: false },
    };
    const before = process.cpuUsage();
    const { length: events } = await scriptedEvents({ ...given, config });
    const { user, system } = process.cpuUsage(before);
    figures.push({ tasks, events, cpuPerEvent: (user + system) / events });
  }
  return figures;
}
