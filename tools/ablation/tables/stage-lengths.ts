import type { JsonObject } from '../../../src/core/json.ts';
import { type Table, trained } from '../arm.ts';

/** Stage lengths that the paper compares. */
const LENGTHS = [1, 10, 30];
/** The longer horizon, in usual ones: the paper sees collapses late, and sees them with short stages. */
const LONGER = 2;
const LONG_LENGTHS = [1, 10];

/**
 * The length of a stage, K, at the usual horizon and at a longer one. Coupled training knows no stages; designers alone
 * tell how much of its lead over them is a matter of time.
 */
export const stageLengths: Table = {
  letter: 'b',
  title: `Stage length K, at the usual horizon and at ${LONGER} times as many steps`,
  seeds: 3,
  arms: ({ steps }) => [
    ...horizon('', LENGTHS, {}),
    ...horizon('-long', LONG_LENGTHS, { steps: LONGER * steps }),
  ],
  comparisons: [
    { arm: 'stagewise-30', against: ['stagewise-1', 'stagewise-10', 'coupled'] },
    ...['', '-long'].flatMap((end) => [
      { arm: `stagewise-10${end}`, against: [`stagewise-1${end}`, `coupled${end}`] },
      { arm: `stagewise-1${end}`, against: [`coupled${end}`] },
      { arm: `coupled${end}`, against: [`designer-only${end}`] },
    ]),
    // What a longer horizon gives, and whether it makes up for having half of the updates.
    ...LONG_LENGTHS.map((length) => ({
      arm: `stagewise-${length}-long`,
      against: [`stagewise-${length}`, 'coupled'],
    })),
    ...['coupled', 'designer-only'].map((arm) => ({ arm: `${arm}-long`, against: [arm] })),
  ],
};

function horizon(end: string, lengths: readonly number[], changes: JsonObject) {
  return [
    ...lengths.map((steps) =>
      trained(`stagewise-${steps}${end}`, { ...changes, stage: { schedule: 'stagewise', steps } }),
    ),
    ...['coupled', 'designer-only'].map((schedule) =>
      trained(`${schedule}${end}`, { ...changes, stage: { schedule } }),
    ),
  ];
}
