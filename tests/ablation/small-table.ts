import type { AblationOptions } from '../../tools/ablation/ablation.ts';
import { type Table, trained } from '../../tools/ablation/arm.ts';
import { tinyConfig } from '../runtime/small-run.ts';

/** A table of seconds, with an arm of each kind. */
export const SMALL_TABLE: Table = {
  letter: 'z',
  title: 'a table of seconds',
  seeds: 2,
  arms: () => [
    trained('sft', { steps: 0 }),
    trained('stagewise', { steps: 3 }),
    { name: 'oracle', changes: {}, play: { kind: 'oracle', of: 'stagewise' } },
    { name: 'fixed', changes: {}, play: { kind: 'fixed' } },
    { name: 'votes', changes: {}, play: { kind: 'consistency', of: 'stagewise' } },
    {
      name: 'fixed-trained',
      changes: { steps: 3, stage: { schedule: 'executor-only' } },
      play: { kind: 'train', design: { of: 'fixed' }, callsOf: 'stagewise' },
    },
    {
      name: 'fixed-trained-again',
      changes: { steps: 3, stage: { schedule: 'executor-only' } },
      play: { kind: 'train', design: { of: 'fixed' }, callsOf: 'stagewise' },
    },
    { name: 'by-family', changes: {}, play: { kind: 'fixed', by: 'family' } },
    {
      name: 'by-family-trained',
      changes: { steps: 2, stage: { schedule: 'executor-only' } },
      play: { kind: 'train', design: { of: 'by-family' }, callsOf: 'stagewise' },
    },
    { name: 'search', changes: {}, play: { kind: 'search', callsOf: 'stagewise', by: 'all' } },
  ],
  comparisons: [{ arm: 'stagewise', against: ['sft', 'search'] }],
};

export function smallAblation(folder: string, changes: Partial<AblationOptions> = {}): AblationOptions {
  return {
    table: SMALL_TABLE,
    base: tinyConfig({ policies: 'per-role', tasks: { train: 40, heldOut: 4, harder: 2 } }),
    seeds: [1],
    jobs: 2,
    keep: false,
    keepStale: false,
    work: `${folder}/work`,
    out: `${folder}/out`,
    codeVersion: 'test',
    head: {
      table: 'z',
      command: 'a test',
      commit: 'none',
      machine: { cores: 1, model: 'any' },
      node: 'any',
      preset: 'quick',
    },
    onProgress: () => {},
    ...changes,
  };
}
