import { type Table, trained } from '../arm.ts';

/** What is trained, and when: the paper's main ablation. `oracle` is the ceiling of choosing designs. */
export const schedules: Table = {
  letter: 'a',
  title: 'Schedules: SFT only, one role alone, both at once, both in stages',
  seeds: 5,
  arms: () => [
    trained('sft', { steps: 0 }),
    trained('designer-only', { stage: { schedule: 'designer-only' } }),
    trained('executor-only', { stage: { schedule: 'executor-only' } }),
    trained('coupled', { stage: { schedule: 'coupled' } }),
    trained('stagewise', { stage: { schedule: 'stagewise' } }),
    { name: 'oracle', changes: {}, play: { kind: 'oracle', of: 'stagewise' } },
  ],
  comparisons: [
    { arm: 'stagewise', against: ['sft', 'executor-only', 'designer-only', 'coupled', 'oracle'] },
    { arm: 'coupled', against: ['sft', 'executor-only', 'designer-only', 'oracle'] },
  ],
};
