import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { minibatches, positionCount, type TrainingSequence } from '../../src/learning/batches.ts';
import { policyBatch, supervisedBatch } from '../../src/learning/tensors.ts';
import { paddingShare } from '../../tools/bench/padding.ts';

function sequence(prompt: number, completion: number, advantage = 1): TrainingSequence {
  return {
    promptTokens: Array.from({ length: prompt }, (_, i) => 10 + i),
    tokens: Array.from({ length: completion }, (_, i) => 50 + i),
    logProbs: Array.from({ length: completion }, (_, i) => -0.1 * (i + 1)),
    advantage,
  };
}

const sequences = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 })).map(([p, c]) => sequence(p, c)),
  { minLength: 1, maxLength: 200 },
);

describe('minibatches', () => {
  it('use every sequence once, whatever the plan', () => {
    fc.assert(
      fc.property(sequences, fc.integer({ min: 64, max: 4096 }), (all, batchTokens) => {
        const batches = minibatches(all, { batchTokens }, new RandomStream(1, 'b'));
        const used = batches.flatMap((batch) => batch.sequences);
        expect(new Set(used).size).toBe(all.length);
        expect(used).toHaveLength(all.length);
        for (const { sequences: rows, length } of batches) {
          for (const row of rows) expect(positionCount(row)).toBeLessThanOrEqual(length);
        }
      }),
    );
  });

  it.each([
    ['demonstrations of a chunk', 1000, [8, 80], 1536],
    ['executor calls of a step', 1200, [10, 70], 4096],
    ['designer calls of a step, few and of all lengths', 128, [25, 110], 4096],
    ['both roles together', 700, [10, 110], 4096],
  ] as const)('waste less than 15 %% on padding: %s', (_, count, [shortest, longest], batchTokens) => {
    const random = new RandomStream(2, 'lengths');
    const all = Array.from({ length: count }, () => sequence(random.integer(shortest, longest) - 6, 6));
    const batches = minibatches(all, { batchTokens }, random);
    expect(paddingShare(batches, 2)).toBeLessThan(0.15);
  });
});

describe('tensors', () => {
  it('predict the completion, and nothing else, from the token before', () => {
    const batch = supervisedBatch({ sequences: [sequence(3, 2), sequence(1, 4)], length: 8 });
    expect([...batch.tokens.slice(0, 4)]).toEqual([10, 11, 12, 50]);
    expect([...batch.targets.slice(0, 4)]).toEqual([11, 12, 50, 51]);
    const learned = [...batch.targets].filter((_, at) => batch.weights[at] !== 0);
    expect(learned).toEqual([50, 51, 50, 51, 52, 53]);
    expect(batch.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
  });

  it('carry each completion’s advantage and the log-probabilities it was sampled with', () => {
    const batch = policyBatch({ sequences: [sequence(2, 2, 1.5), sequence(2, 1, -1)], length: 8 });
    const at = [...batch.weights.keys()].filter((index) => batch.weights[index] !== 0);
    expect(at.map((index) => batch.advantages[index])).toEqual([1.5, 1.5, -1]);
    expect(at.map((index) => batch.oldLogProbs[index]?.toFixed(1))).toEqual(['-0.1', '-0.2', '-0.1']);
  });
});
