import { z } from 'zod';
import { RandomStream } from '../../core/random.ts';
import type { Task, TaskFamily } from '../../tasks/task.ts';
import { firstOfEach } from '../../tasks/task-set.ts';
import type { RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';
import { taskRef } from '../task-ref.ts';

const pickSchema = z.discriminatedUnion('split', [
  z.object({ split: z.literal('train'), step: z.number().int() }),
  z.object({
    split: z.enum(['heldOut', 'harder']),
    tasks: z.number().int().optional(),
    draws: z.string(),
    designer: z.string().optional(),
    executor: z.string().optional(),
  }),
]);

/**
 * Chooses tasks: the split's for an evaluation, or the first ones of each family; for a training step, the same
 * number of each family, drawn from the stream `pick/STEP`. They are listed family by turn, so that progress is
 * even. Of an evaluation the answer also says what its calls draw from and who plays them: see `Cast`.
 */
export function pickingEffect(
  config: RunConfig,
  tasks: {
    readonly train: readonly Task[];
    readonly heldOut: readonly Task[];
    readonly harder: readonly Task[];
  },
  families: readonly TaskFamily[],
): Effect {
  const reference = (task: Task) => ({ ...taskRef(task, families) });
  return async ({ input }) => {
    const request = pickSchema.parse(input);
    if (request.split === 'train') {
      const random = new RandomStream(config.seed, 'pick', request.step);
      const chosen = draw(tasks.train, config.rollout.tasksPerStep, random);
      return { type: 'picked', data: { tasks: chosen.map(reference) } };
    }
    const { split, tasks: count, draws, designer, executor } = request;
    return {
      type: 'picked',
      data: {
        tasks: firstOfEach(tasks[split], count).map(reference),
        draws,
        ...(designer === undefined ? {} : { designer }),
        ...(executor === undefined ? {} : { executor }),
      },
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
