import { type Table, trained } from '../arm.ts';

/**
 * Rollouts as trees against flat ones with the same number of executions. Executions of a flat rollout stand alone in
 * their design, so that they can be compared within the task only; the tree has both ways.
 */
export const shapes: Table = {
  letter: 'c',
  title: 'Rollout shape: 4 × 4 trees against 16 × 1, with groups by design and by task',
  seeds: 3,
  arms: () => [
    trained('tree-by-design', {
      rollout: { designs: 4, executions: 4 },
      credit: { executorGroup: 'design' },
    }),
    trained('tree-by-task', { rollout: { designs: 4, executions: 4 }, credit: { executorGroup: 'task' } }),
    trained('flat', { rollout: { designs: 16, executions: 1 }, credit: { executorGroup: 'task' } }),
    trained('flat-by-design', {
      rollout: { designs: 16, executions: 1 },
      credit: { executorGroup: 'design' },
    }),
  ],
  comparisons: [
    { arm: 'tree-by-design', against: ['flat', 'flat-by-design'] },
    { arm: 'tree-by-task', against: ['flat', 'flat-by-design'] },
  ],
};
