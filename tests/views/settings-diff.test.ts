import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { presets } from '../../src/runtime/presets.ts';
import { type Configured, differingSettings } from '../../src/views/settings-diff.ts';
import { MemoryLog } from '../../store/memory-log.ts';

const quick: JsonObject = JSON.parse(JSON.stringify(presets.quick));
const { learning } = presets.quick;

/** A run with this configuration, whose updates noted these settings of learning, if any. */
function run(config: JsonObject, ...noted: readonly JsonObject[]): Configured {
  const reader = new MemoryLog(() => 0);
  for (const [step, settings] of noted.entries()) {
    const data = { key: `step/000${step}`, role: 'executor', settings };
    reader.append([{ stream: 'session', expectedVersion: step, type: 'learned', data }]);
  }
  return { config, reader };
}

describe('the settings that differ', () => {
  it('are none between a configuration and itself, wherever a run branched off', () => {
    const fork = { parent: 'run-1', at: 4, stream: 'session', version: 3, set: false };
    expect(differingSettings(run(quick), run({ ...quick, forks: [fork] }))).toEqual([]);
  });

  it('are named by the paths that --set takes, with both values', () => {
    const { toolCharacters: _, ...rollout } = presets.quick.rollout;
    const other = {
      ...quick,
      seed: 2,
      families: ['code', 'memo'],
      learning: { ...learning, executorRate: 1e-3 },
      rollout: { ...rollout, design: { code: 'run(agent("solve"))' } },
    };
    expect(differingSettings(run(quick), run(other)).toSorted((x, y) => (x.path < y.path ? -1 : 1))).toEqual([
      { path: 'families', a: null, b: ['code', 'memo'] },
      { path: 'learning.executorRate', a: 4e-4, b: 1e-3 },
      { path: 'rollout.design.code', a: null, b: 'run(agent("solve"))' },
      { path: 'seed', a: 1, b: 2 },
    ]);
  });

  it('leave out what an older run did not say and could not have been otherwise', () => {
    const { entropyBonus: _, klPenalty: __, ...older } = learning;
    expect(differingSettings(run(quick), run({ ...quick, learning: older }))).toEqual([]);
  });

  it('count as they stand at the end, where a run was gone on with or forked with others of learning', () => {
    const fork = { parent: 'run-1', at: 4, stream: 'session', version: 3, set: false };
    const forked = { ...quick, forks: [{ ...fork, learning: { executorRate: 1e-4 } }] };
    const lower = [{ path: 'learning.executorRate', a: 4e-4, b: 1e-4 }];
    expect(differingSettings(run(quick), run(forked))).toEqual(lower);
    expect(differingSettings(run(quick), run(quick, {}, { executorRate: 1e-4 }))).toEqual(lower);
    expect(differingSettings(run(forked), run(quick, { executorRate: 1e-4 }))).toEqual([]);
  });

  it('are found in configurations of another version, too', () => {
    expect(differingSettings(run({ a: { b: [1] }, c: 1 }), run({ a: { b: [1, 2] }, c: 1, d: 'x' }))).toEqual([
      { path: 'a.b', a: [1], b: [1, 2] },
      { path: 'd', a: null, b: 'x' },
    ]);
  });
});
