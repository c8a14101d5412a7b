import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { average } from '../../src/credit/advantage.ts';
import { assignCredit } from '../../src/credit/credit.ts';
import { executionReward } from '../../src/credit/reward.ts';
import { readTrees } from '../../src/credit/tree.ts';
import { minibatches, type TrainingSequence } from '../../src/learning/batches.ts';
import { creditSettings } from '../../src/runtime/config.ts';
import { presets } from '../../src/runtime/presets.ts';
import { SETTINGS, tree } from './trees.ts';

// Defects of the published system (method.md, section 9) that credit could have.

/** Eight designs of one execution each, for two tasks of unlike difficulty. */
const flat = [
  ...tree(
    'step/0000/task/000',
    [1, 1, 1, 1, 1, 1, 1, 0].map((score, index) => ({ script: `a${index}`, scores: [score] })),
  ),
  ...tree(
    'step/0000/task/001',
    [0, 0, 0, 0, 0, 0, 0, 1].map((score, index) => ({ script: `b${index}`, scores: [score] })),
  ),
];

describe('B-6: flat rollouts merge the groups of different tasks', () => {
  const settings = creditSettings(
    {
      ...presets.quick,
      rollout: { ...presets.quick.rollout, designs: 8, executions: 1 },
    },
    0,
  );

  it('has one executor group for each task, its executions compared among themselves', () => {
    const { groups, zeroVariance, samples } = assignCredit(readTrees(flat), 'executor', settings);
    expect({ groups, zeroVariance }).toEqual({ groups: 2, zeroVariance: 0 });
    for (const task of ['000', '001']) {
      const advantages = samples
        .filter(({ stream }) => stream.includes(`/task/${task}/`))
        .map(({ advantage }) => advantage);
      expect(advantages).toHaveLength(8);
      expect(Math.abs(average(advantages))).toBeLessThan(1e-12);
    }
  });

  it('has one designer group for each task', () => {
    const { groups, samples } = assignCredit(readTrees(flat), 'designer', { ...settings, novelty: 0 });
    expect(groups).toBe(2);
    for (const task of ['000', '001']) {
      const advantages = samples.filter(({ stream }) => stream.includes(`/task/${task}/`));
      expect(Math.abs(average(advantages.map(({ advantage }) => advantage)))).toBeLessThan(1e-12);
    }
  });

  it('leaves the groups of trees as they are configured', () => {
    expect(creditSettings(presets.quick, 0).executorGroup).toBe('design');
    expect(creditSettings(presets.paper, 0).executorGroup).toBe('task');
  });
});

describe('B-7: copies that pad a batch enter the statistics of its groups', () => {
  it('credits every call once, and learns from every sequence once, whatever the size of minibatches', () => {
    const { samples } = assignCredit(readTrees(flat), 'executor', { ...SETTINGS, executorGroup: 'task' });
    expect(new Set(samples.map(({ stream, key }) => `${stream}#${key}`)).size).toBe(samples.length);
    const sequences: TrainingSequence[] = samples.map(({ advantage }, index) => ({
      promptTokens: new Array<number>(1 + (index % 5) * 7).fill(1),
      tokens: [1, 2],
      advantage,
    }));
    for (const batchTokens of [8, 50, 300, 10_000]) {
      const used = minibatches(sequences, { batchTokens }, new RandomStream(1, 'b')).flatMap(
        (batch) => batch.sequences,
      );
      expect(used).toHaveLength(sequences.length);
      expect(new Set(used)).toEqual(new Set(sequences));
    }
  });
});

describe('B-5: rewards for form drown the reward for being right', () => {
  it('rewards an execution with its score and nothing else, less prices that are asked for', () => {
    const [task] = readTrees(tree('step/0000/task/000', [{ script: 'a', scores: [0, 1], calls: 3 }]));
    const [wrong, right] = task?.designs[0]?.executions ?? [];
    if (wrong === undefined || right === undefined) throw new Error('two executions');
    expect([wrong, right].map((each) => executionReward(each, SETTINGS))).toEqual([0, 1]);
    // Three calls of two tokens each.
    const dear = { ...SETTINGS, callPrice: 0.1, tokenPrice: 0.01, executorPays: true };
    expect(executionReward(right, dear)).toBeCloseTo(1 - 0.2 - 0.06, 12);
  });
});
