import { z } from 'zod';
import { RandomStream } from '../../core/random.ts';
import type { Task, TaskFamily } from '../../tasks/task.ts';
import type { RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';
import { taskRef } from '../task-ref.ts';

const pickSchema = z.discriminatedUnion('split', [
  z.object({ split: z.literal('heldOut') }),
  z.object({ split: z.literal('train'), step: z.number().int() }),
]);

/**
 * Chooses tasks: all held-out ones for an evaluation; for a training step, the same number of each family,
 * drawn from the stream `pick/STEP`. They are listed family by turn, so that progress is even.
 */
export function pickingEffect(
  config: RunConfig,
  tasks: { readonly train: readonly Task[]; readonly heldOut: readonly Task[] },
  families: readonly TaskFamily[],
): Effect {
  return async ({ input }) => {
    const request = pickSchema.parse(input);
    const chosen =
      request.split === 'heldOut'
        ? tasks.heldOut
        : draw(tasks.train, config.rollout.tasksPerStep, new RandomStream(config.seed, 'pick', request.step));
    return {
      type: 'picked',
      data: { tasks: chosen.map((task) => ({ ...taskRef(task, families) })) },
    };
  };
}

function draw(tasks: readonly Task[], count: number, random: RandomStream): Task[] {
  const families = [...new Set(tasks.map((task) => task.family))];
  const queues = families.map((family) => random.shuffle(tasks.filter((task) => task.family === family)));
  return Array.from({ length: count }, (_, index) => {
    const queue = queues[index % queues.length] ?? [];
    const task = queue[Math.floor(index / queues.length) % queue.length];
    if (task === undefined) throw new RangeError('a family without tasks');
    return task;
  });
}
