import type { RunConfig } from '../../../src/runtime/config.ts';
import { type Arm, type Table, trained } from '../arm.ts';

/** The second model: wider by half, which makes it twice as large and more. */
function larger({ model: { dim, hidden } }: RunConfig) {
  return { model: { dim: (3 * dim) / 2, hidden: (3 * hidden) / 2 } };
}

/** The ends of the first table at two model sizes. */
export const sizes: Table = {
  letter: 'f',
  title: 'SFT only and stagewise training at a second model size',
  seeds: 3,
  arms: (base) => [...ends('', {}), ...ends('-larger', larger(base))],
  comparisons: [
    { arm: 'stagewise', against: ['sft', 'oracle'] },
    { arm: 'stagewise-larger', against: ['sft-larger', 'oracle-larger', 'stagewise'] },
  ],
};

function ends(end: string, size: Arm['changes']): Arm[] {
  return [
    trained(`sft${end}`, { ...size, steps: 0 }),
    trained(`stagewise${end}`, { ...size, stage: { schedule: 'stagewise' } }),
    { name: `oracle${end}`, changes: size, play: { kind: 'oracle', of: `stagewise${end}` } },
  ];
}
