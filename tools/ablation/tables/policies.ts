import { type Table, trained } from '../arm.ts';

/** One model for both roles, or one each. */
export const policies: Table = {
  letter: 'd',
  title: 'Shared policy against one policy per role',
  seeds: 3,
  arms: () =>
    ['stagewise', 'coupled'].flatMap((schedule) =>
      ['shared', 'per-role'].map((kind) =>
        trained(`${schedule}-${kind}`, { policies: kind, stage: { schedule } }),
      ),
    ),
  comparisons: ['stagewise', 'coupled'].map((schedule) => ({
    arm: `${schedule}-shared`,
    against: [`${schedule}-per-role`],
  })),
};
