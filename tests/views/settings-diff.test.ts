import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { presets } from '../../src/runtime/presets.ts';
import { differingSettings } from '../../src/views/settings-diff.ts';

const quick: JsonObject = JSON.parse(JSON.stringify(presets.quick));
const { learning } = presets.quick;

describe('the settings that differ', () => {
  it('are none between a configuration and itself, wherever a run branched off', () => {
    const fork = { parent: 'run-1', at: 4, stream: 'session', version: 3, set: false };
    expect(differingSettings(quick, { ...quick, forks: [fork] })).toEqual([]);
  });

  it('are named by the paths that --set takes, with both values', () => {
    const other = {
      ...quick,
      seed: 2,
      families: ['code', 'memo'],
      learning: { ...learning, executorRate: 1e-3 },
      rollout: { ...presets.quick.rollout, design: { code: 'run(agent("solve"))' } },
    };
    expect(differingSettings(quick, other).toSorted((x, y) => (x.path < y.path ? -1 : 1))).toEqual([
      { path: 'families', a: null, b: ['code', 'memo'] },
      { path: 'learning.executorRate', a: 4e-4, b: 1e-3 },
      { path: 'rollout.design.code', a: null, b: 'run(agent("solve"))' },
      { path: 'seed', a: 1, b: 2 },
    ]);
  });

  it('leave out what an older run did not say and could not have been otherwise', () => {
    const { entropyBonus: _, klPenalty: __, ...older } = learning;
    expect(differingSettings(quick, { ...quick, learning: older })).toEqual([]);
  });

  it('are found in configurations of another version, too', () => {
    expect(differingSettings({ a: { b: [1] }, c: 1 }, { a: { b: [1, 2] }, c: 1, d: 'x' })).toEqual([
      { path: 'a.b', a: [1], b: [1, 2] },
      { path: 'd', a: null, b: 'x' },
    ]);
  });
});
