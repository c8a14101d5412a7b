import { SINGLE_AGENT } from '../../../machines/evaluations.ts';
import { type Arm, type Table, trained } from '../arm.ts';
import { POSITIVE, WITHOUT_BLAME } from './without-blame.ts';

const CONTROLS: readonly Arm[] = [
  { name: 'single-agent', changes: {}, play: { kind: 'fixed', script: SINGLE_AGENT } },
  {
    name: 'single-agent-trained',
    changes: { stage: { schedule: 'executor-only' } },
    play: { kind: 'train', design: SINGLE_AGENT, callsOf: 'stagewise' },
  },
  { name: 'self-consistency', changes: {}, play: { kind: 'consistency', of: 'stagewise' } },
  { name: 'fixed-design', changes: {}, play: { kind: 'fixed' } },
  {
    name: 'fixed-design-trained',
    changes: { stage: { schedule: 'executor-only' } },
    play: { kind: 'train', design: { of: 'fixed-design' }, callsOf: 'stagewise' },
  },
  { name: 'family-designs', changes: {}, play: { kind: 'fixed', by: 'family' } },
  familyDesignsTrained('', {}),
  { name: 'search', changes: {}, play: { kind: 'search', callsOf: 'stagewise', by: 'all' } },
  { name: 'search-by-family', changes: {}, play: { kind: 'search', callsOf: 'stagewise', by: 'family' } },
];

/**
 * The joint arms against every control at the same budget: as many training calls as stagewise training makes, and as
 * many test calls. Coupled training makes some more of both, as its designs do. Coupled training and the strongest of the
 * controls are there without blame as well.
 */
export const controls: Table = {
  letter: 'e',
  title: 'Joint training against controls with as many policy calls as stagewise training makes',
  seeds: 5,
  arms: () => [
    trained('sft', { steps: 0 }),
    trained('stagewise', { stage: { schedule: 'stagewise' } }),
    trained('coupled', { stage: { schedule: 'coupled' } }),
    ...CONTROLS,
    trained(`coupled${POSITIVE}`, { ...WITHOUT_BLAME, stage: { schedule: 'coupled' } }),
    familyDesignsTrained(POSITIVE, WITHOUT_BLAME),
  ],
  comparisons: [
    ...['stagewise', 'coupled'].map((arm) => ({
      arm,
      against: ['sft', ...CONTROLS.map(({ name }) => name)],
    })),
    {
      arm: `coupled${POSITIVE}`,
      against: ['sft', ...CONTROLS.map(({ name }) => name), `family-designs-trained${POSITIVE}`],
    },
  ],
};

function familyDesignsTrained(end: string, changes: Arm['changes']): Arm {
  return {
    name: `family-designs-trained${end}`,
    changes: { ...changes, stage: { schedule: 'executor-only' } },
    play: { kind: 'train', design: { of: 'family-designs' }, callsOf: 'stagewise' },
  };
}
