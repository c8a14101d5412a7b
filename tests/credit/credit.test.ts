import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redrawKey, redrawPlace } from '../../machines/redraw.ts';
import { RandomStream } from '../../src/core/random.ts';
import { average, centre, normalise } from '../../src/credit/advantage.ts';
import { assignCredit } from '../../src/credit/credit.ts';
import { designReward, type RewardSettings } from '../../src/credit/reward.ts';
import { readTrees } from '../../src/credit/tree.ts';
import type { Role } from '../../src/policies/prompt.ts';
import { called, SETTINGS, tree } from './trees.ts';

describe('advantages', () => {
  it('sum to zero within a group', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (rewards) => {
          for (const group of [normalise(rewards, 0.05), centre(rewards, 0.3, 1e9)]) {
            expect(Math.abs((group ?? []).reduce((sum, a) => sum + a, 0))).toBeLessThan(1e-6);
          }
        },
      ),
    );
  });

  it('are none where all rewards are equal or there is only one (law 6)', () => {
    expect(normalise([1, 1, 1], 0.05)).toBeNull();
    expect(centre([1], 0.3, 3)).toBeNull();
  });

  it('of designers are clipped', () => {
    expect(centre([0, 10], 0.3, 3)).toEqual([-3, 3]);
  });
});

describe('the reward of a design', () => {
  const executions = (scores: readonly number[], calls: readonly number[]) =>
    scores.map((score, index) => ({
      stream: `e${index}`,
      score,
      calls: Array.from({ length: calls[index] ?? 1 }, () => ({
        stream: 'a',
        sampled: true,
        branches: [],
        call: { key: 'turn/0', ...COMPLETION },
      })),
    }));
  const COMPLETION = {
    text: '',
    finish: 'stop' as const,
    asksTool: false,
    version: 'w',
    promptTokens: [],
    tokens: [1, 2, 3],
    logProbs: [0, 0, 0],
  };
  const rewardOf = (all: ReturnType<typeof executions>, settings: RewardSettings) =>
    designReward(
      { stream: 'd', script: '', shape: 'agent', rejected: null, call: null, executions: all },
      settings,
    );

  it('is the same to the last bit in whatever order its executions come', () => {
    const prices = { callPrice: 0.05, tokenPrice: 0.0005 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 9 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer(),
        (drawn, seed) => {
          const all = executions(
            drawn.map(([score]) => score),
            drawn.map(([, calls]) => calls),
          );
          const shuffled = new RandomStream(seed >>> 0, 'order').shuffle(all);
          expect(rewardOf(shuffled, prices)).toBe(rewardOf(all, prices));
        },
      ),
    );
  });

  it('was another one in older runs, and is computed there as it was', () => {
    const prices = { callPrice: 0.1, sumsInOrder: true };
    const [one, other] = [executions([0.1, 0.2, 0.3], [1, 1, 1]), executions([0.3, 0.2, 0.1], [1, 1, 1])];
    expect(rewardOf(one, prices)).not.toBe(rewardOf(other, prices));
  });
});

describe('credit', () => {
  it('normalises over executions, so that an execution with many calls weighs as one (law 6)', () => {
    const events = tree('step/0000/task/000', [{ script: 'a', scores: [1, 0, 0, 0], calls: 3 }]);
    const { samples } = assignCredit(readTrees(events), 'executor', SETTINGS);
    expect(samples).toHaveLength(12);
    const deviation = Math.sqrt(0.25 * 0.75);
    expect(samples[0]?.advantage).toBeCloseTo(0.75 / (deviation + 0.05), 12);
    expect(samples[11]?.advantage).toBeCloseTo(-0.25 / (deviation + 0.05), 12);
  });

  it('gives every role its own group: tasks never mix (B-6)', () => {
    const events = [
      ...tree('step/0000/task/000', [
        { script: 'a', scores: [1, 1] },
        { script: 'b', scores: [0, 0] },
      ]),
      ...tree('step/0000/task/001', [
        { script: 'a', scores: [0, 0] },
        { script: 'b', scores: [0, 0] },
      ]),
    ];
    const credit = assignCredit(readTrees(events), 'designer', SETTINGS);
    expect(credit).toMatchObject({ groups: 2, zeroVariance: 1 });
    expect(credit.samples.map(({ stream }) => stream)).toEqual([
      'step/0000/task/000/design/0',
      'step/0000/task/000/design/1',
    ]);
  });

  it('pools executions of designs with the same text, or all of the task', () => {
    const events = tree('step/0000/task/000', [
      { script: 'a', scores: [1, 1] },
      { script: 'a', scores: [0, 0] },
      { script: 'b', scores: [0, 0] },
    ]);
    const trees = readTrees(events);
    expect(assignCredit(trees, 'executor', SETTINGS)).toMatchObject({ groups: 2, zeroVariance: 1 });
    expect(assignCredit(trees, 'executor', { ...SETTINGS, executorGroup: 'task' })).toMatchObject({
      groups: 1,
      zeroVariance: 0,
    });
  });

  it('can blame executors less than it praises them, and leaves designers as they are', () => {
    const events = tree('step/0000/task/000', [
      { script: 'a', scores: [1, 0] },
      { script: 'b', scores: [0, 0] },
    ]);
    const trees = readTrees(events);
    const advantages = (role: Role, executorNegative?: number) =>
      assignCredit(trees, role, { ...SETTINGS, executorNegative }).samples.map(({ advantage }) => advantage);
    const [praise = 0, blame = 0] = advantages('executor');
    expect([praise > 0, blame < 0]).toEqual([true, true]);
    expect(advantages('executor', 1)).toEqual([praise, blame]);
    expect(advantages('executor', 0.25)).toEqual([praise, blame / 4]);
    expect(advantages('executor', 0)).toEqual([praise, -0]);
    expect(advantages('designer', 0)).toEqual(advantages('designer'));
  });

  it('by branches: a call earns the score less the mean of its branches, in the unit of executions', () => {
    const task = 'step/0000/task/000';
    const events = tree(task, [{ script: 'a', scores: [1, 0], calls: 2 }]);
    const branch = (execution: string, call: string, score: number, draw: number) => {
      const key = redrawKey(`design/0/exec/${execution}/agent/${call}/turn/0`, draw);
      const output = { score, calls: 2, answer: {}, cause: null };
      events.push({ stream: task, version: 0, type: 'execution.finished', data: { key, output } });
      // What a branch samples is a sample of another question.
      events.push({
        stream: `${task}/${key}/agent/${call}`,
        version: 0,
        type: 'called',
        ...called('9'),
      });
    };
    for (const [draw, score] of [1, 1].entries()) branch('00', 'a0', score, draw);
    for (const [draw, score] of [0, 1].entries()) branch('00', 'a1', score, draw);
    for (const [draw, score] of [0, 1].entries()) branch('01', 'a0', score, draw);
    const trees = readTrees(events);
    const scores = [1, 0, 1, 1, 0, 1, 0, 1];
    const mean = average(scores);
    const unit = Math.sqrt(average(scores.map((score) => (score - mean) ** 2))) + SETTINGS.executorFloor;
    const { samples, executions } = assignCredit(trees, 'executor', { ...SETTINGS, draws: 2 });
    expect(executions).toBe(2);
    expect(samples.map(({ stream, advantage }) => [stream.slice(-2), advantage])).toEqual([
      ['a0', 0],
      ['a1', 0.5 / unit],
      ['a0', -0.5 / unit],
    ]);
    const unblamed = assignCredit(trees, 'executor', { ...SETTINGS, draws: 2, executorNegative: 0 });
    expect(unblamed.samples.map(({ advantage }) => advantage)).toEqual([0, 0.5 / unit, -0]);
    // The designer's rewards know nothing of branches.
    const designer = assignCredit(trees, 'designer', { ...SETTINGS, draws: 2 });
    expect(designer).toEqual(assignCredit(trees, 'designer', SETTINGS));
  });

  it('counts a group without anything but blame among those that teach nothing, where blame weighs nothing', () => {
    const task = 'step/0000/task/000';
    const key = redrawKey('design/0/exec/00/agent/a0/turn/0', 0);
    const output = { score: 1, calls: 1, answer: {}, cause: null };
    const trees = readTrees([
      ...tree(task, [{ script: 'a', scores: [0] }]),
      { stream: task, version: 0, type: 'execution.finished', data: { key, output } },
    ]);
    const credit = (executorNegative: number) =>
      assignCredit(trees, 'executor', { ...SETTINGS, draws: 1, executorNegative });
    expect(credit(0.5)).toMatchObject({
      groups: 1,
      zeroVariance: 0,
      samples: [{ stream: `${task}/design/0/exec/00/agent/a0` }],
    });
    expect(credit(0)).toMatchObject({ groups: 1, zeroVariance: 1, samples: [] });
  });

  it('rejected scripts earn what they are set to, and a design that fails pays its price all the same', () => {
    const [task] = readTrees(
      tree('step/0000/task/000', [
        { script: 'bad', scores: null },
        { script: 'dear', scores: [0, 0], calls: 5 },
        { script: 'good', scores: [1, 0], calls: 2 },
      ]),
    );
    const worth = (settings: RewardSettings) => task?.designs.map((design) => designReward(design, settings));
    expect(worth(SETTINGS)).toEqual([0, -0.4, 0.4]);
    expect(worth({ ...SETTINGS, rejected: -0.25 })?.[0]).toBe(-0.25);
  });

  it('rewards improbable valid designs only when asked to', () => {
    const events = tree('step/0000/task/000', [
      { script: 'a', scores: [1, 1] },
      { script: 'b', scores: null },
    ]);
    const plain = assignCredit(readTrees(events), 'designer', SETTINGS);
    const novel = assignCredit(readTrees(events), 'designer', { ...SETTINGS, novelty: 0.1 });
    expect(plain.samples[0]?.advantage).toBeCloseTo(0.5 / 0.3, 12);
    expect(novel.samples[0]?.advantage).toBeCloseTo(0.55 / 0.3, 6);
  });

  it('does not depend on the order in which streams were written', () => {
    const events = [
      ...tree('step/0000/task/000', [
        { script: 'a', scores: [1, 0] },
        { script: 'b', scores: [0, 1], calls: 2 },
      ]),
      ...tree('step/0000/task/001', [{ script: 'a', scores: [1, 0] }]),
    ];
    const expected = assignCredit(readTrees(events), 'executor', SETTINGS);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new RandomStream(seed, 'order');
        const streams = random.shuffle([...new Set(events.map(({ stream }) => stream))]);
        const shuffled = streams.flatMap((stream) => events.filter((event) => event.stream === stream));
        expect(assignCredit(readTrees(shuffled), 'executor', SETTINGS)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the name of a branch', () => {
  it('tells the execution, the call and the draw', () => {
    const call = 'step/0001/task/002/design/1/exec/00/agent/vote.solve1~2/turn/3';
    const name = redrawKey(call, 7);
    expect(name).toBe('step/0001/task/002/design/1/exec/00/redraw/vote.solve1~2/3/07');
    const execution = 'step/0001/task/002/design/1/exec/00';
    expect(redrawPlace(name)).toEqual({ execution, call, draw: 7, rest: '' });
    expect(redrawPlace(`${name}/agent/a/turn/0`)).toMatchObject({ call, rest: 'agent/a/turn/0' });
    expect(redrawPlace(call)).toBeNull();
    expect(redrawPlace(execution)).toBeNull();
  });
});
