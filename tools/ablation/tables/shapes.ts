import { type Table, trained } from '../arm.ts';

const TREE = { tasksPerStep: 24, designs: 4, executions: 4 };

/**
 * Rollouts as trees against flat ones with the same number of executions in a step: as many more designs of each task,
 * or of more tasks. Executions of a flat rollout stand alone in their design, so that they can be compared within the
 * task only; the tree has both ways.
 */
export const shapes: Table = {
  letter: 'c',
  title:
    'Rollout shape: trees of 4 × 4 for 24 tasks, with groups by design and by task, against flat 16 × 1, and 8 × 1 for 48',
  seeds: 3,
  arms: () => [
    trained('tree-by-design', { rollout: TREE, credit: { executorGroup: 'design' } }),
    trained('tree-by-task', { rollout: TREE, credit: { executorGroup: 'task' } }),
    trained('flat', { rollout: { ...TREE, designs: 16, executions: 1 } }),
    trained('flat-more-tasks', { rollout: { ...TREE, tasksPerStep: 48, designs: 8, executions: 1 } }),
  ],
  comparisons: [
    { arm: 'tree-by-design', against: ['flat'] },
    { arm: 'tree-by-task', against: ['flat'] },
    { arm: 'flat-more-tasks', against: ['flat', 'tree-by-design'] },
  ],
};
