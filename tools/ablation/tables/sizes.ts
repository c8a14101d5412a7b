import type { RunConfig } from '../../../src/runtime/config.ts';
import { type Arm, type Table, trained } from '../arm.ts';

/** The second model: wider by half, which makes it twice as large and more. */
function larger({ model: { dim, hidden } }: RunConfig) {
  return { model: { dim: (3 * dim) / 2, hidden: (3 * hidden) / 2 } };
}

/** The ends of the first table at two model sizes. */
export const sizes: Table = {
  letter: 'f',
  title: 'SFT only and joint training at a second model size',
  seeds: 3,
  arms: (base) => [...ends('', {}), ...ends('-larger', larger(base))],
  comparisons: [
    { arm: 'stagewise', against: ['sft', 'oracle'] },
    { arm: 'coupled', against: ['sft', 'oracle', 'stagewise'] },
    { arm: 'stagewise-larger', against: ['sft-larger', 'oracle-larger', 'stagewise'] },
    { arm: 'coupled-larger', against: ['sft-larger', 'oracle-larger', 'stagewise-larger', 'coupled'] },
  ],
  spans: ['', '-larger'].map((end) => ({
    low: `sft${end}`,
    high: `oracle${end}`,
    arms: [`stagewise${end}`, `coupled${end}`],
  })),
};

function ends(end: string, size: Arm['changes']): Arm[] {
  return [
    trained(`sft${end}`, { ...size, steps: 0 }),
    trained(`stagewise${end}`, { ...size, stage: { schedule: 'stagewise' } }),
    trained(`coupled${end}`, { ...size, stage: { schedule: 'coupled' } }),
    { name: `oracle${end}`, changes: size, play: { kind: 'oracle', of: `stagewise${end}` } },
  ];
}
