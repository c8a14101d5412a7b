import { type Arm, type Span, type Table, trained } from '../arm.ts';
import { POSITIVE, WITHOUT_BLAME } from './without-blame.ts';

/**
 * What is trained, and when: the paper's main ablation, and each of its arms whose executor learns once more without
 * blame. `oracle` is the ceiling of choosing designs.
 */
export const schedules: Table = {
  letter: 'a',
  title: 'Schedules: SFT only, one role alone, both at once, both in stages',
  seeds: 5,
  arms: () => [
    trained('sft', { steps: 0 }),
    trained('designer-only', { stage: { schedule: 'designer-only' } }),
    ...learning('', {}),
    oracle('oracle', 'stagewise'),
    ...learning(POSITIVE, WITHOUT_BLAME),
    oracle(`oracle${POSITIVE}`, `coupled${POSITIVE}`),
  ],
  comparisons: [
    { arm: 'stagewise', against: ['sft', 'executor-only', 'designer-only', 'coupled', 'oracle'] },
    { arm: 'coupled', against: ['sft', 'executor-only', 'designer-only', 'oracle'] },
    ...['stagewise', 'coupled'].map((schedule) => ({
      arm: schedule + POSITIVE,
      against: ['sft', `executor-only${POSITIVE}`, 'designer-only', schedule, `oracle${POSITIVE}`],
    })),
    { arm: `coupled${POSITIVE}`, against: [`stagewise${POSITIVE}`] },
  ],
  spans: [
    span('', ['designer-only', 'executor-only', 'coupled', 'stagewise']),
    span(
      POSITIVE,
      ['executor-only', 'coupled', 'stagewise'].map((arm) => arm + POSITIVE),
    ),
  ],
};

function learning(end: string, changes: Arm['changes']): Arm[] {
  return ['executor-only', 'coupled', 'stagewise'].map((schedule) =>
    trained(schedule + end, { ...changes, stage: { schedule } }),
  );
}

function oracle(name: string, of: string): Arm {
  return { name, changes: {}, play: { kind: 'oracle', of } };
}

function span(end: string, arms: readonly string[]): Span {
  return { low: 'sft', high: `oracle${end}`, arms };
}
