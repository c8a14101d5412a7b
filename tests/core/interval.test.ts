import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clusteredShare,
  type Estimate,
  isSignificant,
  meanInterval,
  pairedDifference,
  shareInterval,
  tQuantile,
} from '../../src/core/interval.ts';
import { RandomStream } from '../../src/core/random.ts';
import { average } from '../../src/credit/advantage.ts';

const limits = ({ low, high }: Estimate) => [Math.round(100 * low), Math.round(100 * high)];
const repeat = (value: number, times: number): number[] => Array.from({ length: times }, () => value);

const alternating = (length: number): number[] =>
  Array.from({ length }, (_, index) => (index % 2 === 0 ? 0 : 2));

describe('the t-interval', () => {
  // Quantiles at 97.5 % as R's qt() and scipy's t.ppf give them.
  it.each([
    [2, 12.7062],
    [3, 4.3027],
    [5, 2.7764],
    [31, 2.0423],
    [32, 2.0395],
    [100, 1.9842],
    [1000, 1.9623],
  ])('of %i values has the exact quantile, %f', (values, quantile) => {
    expect(tQuantile(values - 1)).toBeCloseTo(quantile, 4);
  });

  it.each([2, 3, 32, 1000])('of %i values is as wide as their variance says', (length) => {
    const values = alternating(length);
    const mean = average(values);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1);
    const half = tQuantile(length - 1) * Math.sqrt(variance / length);
    const interval = meanInterval(values);
    expect(interval?.mean).toBeCloseTo(mean, 12);
    expect(interval?.halfWidth).toBeCloseTo(half, 12);
    expect(interval?.low).toBeCloseTo(mean - half, 12);
    expect(interval?.high).toBeCloseTo(mean + half, 12);
  });

  it('is none where variance says nothing: of one value, and of values that agree', () => {
    expect(meanInterval([])).toBeNull();
    expect(meanInterval([0.4])).toBeNull();
    expect(meanInterval(repeat(1 / 3, 7))).toBeNull();
    // The same number, added up in two ways.
    expect(meanInterval([0.1 + 0.2, 0.3])).toBeNull();
  });
});

describe('the interval of a share', () => {
  it.each([
    [0, 2, [0, 66]],
    [3, 3, [44, 100]],
    [1, 2, [9, 91]],
    [0, 0, [0, 100]],
    [50, 100, [40, 60]],
  ])('of %i of %i is Wilson’s: %j %%', (count, of, expected) => {
    expect(limits(shareInterval(count, of))).toEqual(expected);
  });

  it('contains the share, lies in [0, 1], has a width, and solves Wilson’s equation', () => {
    const shares = fc
      .integer({ min: 1, max: 5000 })
      .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
    fc.assert(
      fc.property(shares, ([count, of]) => {
        const { mean, low, high, halfWidth } = shareInterval(count, of);
        expect(mean).toBe(count / of);
        expect(0 <= low && low <= mean && mean <= high && high <= 1).toBe(true);
        expect(halfWidth).toBeGreaterThan(0);
        expect(halfWidth).toBe(Math.max(mean - low, high - mean));
        // A limit is a share from which the one that was seen is 1.96 of its own standard errors away.
        for (const limit of [low, high]) {
          if (limit === 0 || limit === 1) continue;
          const error = Math.sqrt((limit * (1 - limit)) / of);
          expect(Math.abs(mean - limit) / error).toBeCloseTo(1.959964, 4);
        }
      }),
    );
  });
});

describe('the interval of a mean score over tasks', () => {
  it('of one sample each is that of the share', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 60 }), (scores) => {
        const solved = scores.filter((score) => score === 1).length;
        const [clustered, plain] = [clusteredShare(scores), shareInterval(solved, scores.length)];
        expect(clustered.low).toBeCloseTo(plain.low, 12);
        expect(clustered.high).toBeCloseTo(plain.high, 12);
      }),
    );
  });

  it('knows that samples of one task are alike: never surer than all samples, never less sure than one each', () => {
    const scores = fc
      .integer({ min: 1, max: 8 })
      .chain((samples) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: samples }), { minLength: 1, maxLength: 40 }),
          fc.constant(samples),
        ),
      );
    fc.assert(
      fc.property(scores, ([solved, samples]) => {
        const means = solved.map((count) => count / samples);
        const { mean, low, high } = clusteredShare(means, samples);
        expect(0 <= low && low <= mean && mean <= high && high <= 1).toBe(true);
        const width = ({ low, high }: Estimate) => high - low;
        const all = shareInterval(mean * means.length * samples, means.length * samples);
        const tasks = shareInterval(mean * means.length, means.length);
        expect(high - low).toBeGreaterThanOrEqual(width(all) - 1e-9);
        expect(high - low).toBeLessThanOrEqual(width(tasks) + 1e-9);
      }),
    );
  });

  it('counts tasks where tasks are all or nothing, and where they all agree', () => {
    const decided = [...repeat(1, 10), ...repeat(0, 10)];
    expect(limits(clusteredShare(decided, 8))).toEqual(limits(shareInterval(10, 20)));
    expect(limits(clusteredShare(repeat(1, 3), 8))).toEqual([44, 100]);
    expect(limits(clusteredShare(repeat(0.5, 2), 8))).toEqual([9, 91]);
    expect(clusteredShare([])).toMatchObject({ low: 0, high: 1 });
  });

  // The true mean must be in 95 of 100 intervals, whatever tasks have in common: 2,000 experiments, error 0.5 %.
  it.each([
    ['alike', () => 0.3],
    ['solved always or never', (random: RandomStream) => (random.uniform() < 0.3 ? 1 : 0)],
    ['between', (random: RandomStream) => 0.6 * random.uniform()],
  ] as const)('covers the truth for tasks that are %s', (_name, chance) => {
    const random = new RandomStream(15, 'coverage');
    const [experiments, tasks, samples] = [2000, 20, 4];
    let covered = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      const means = Array.from({ length: tasks }, () => {
        const solves = chance(random);
        return average(Array.from({ length: samples }, () => (random.uniform() < solves ? 1 : 0)));
      });
      const { low, high } = clusteredShare(means, samples);
      if (low <= 0.3 && 0.3 <= high) covered++;
    }
    expect(covered / experiments).toBeGreaterThan(0.93);
    expect(covered / experiments).toBeLessThan(0.995);
  });
});

describe('the interval of a paired difference', () => {
  it('is the t-interval of the differences, and no farther than scores go', () => {
    const values = [1, 0, 0, -1, 0, 1, 0, 0, 0, 0];
    const paired = pairedDifference(values);
    expect(paired.halfWidth).toBeCloseTo(meanInterval(values)?.halfWidth ?? 0, 12);
    expect(paired).toMatchObject({ low: paired.mean - paired.halfWidth });
    expect(pairedDifference([1, 0])).toMatchObject({ mean: 0.5, low: -1, high: 1, halfWidth: 1.5 });
  });

  it('holds the mean also where differences are larger than scores go', () => {
    for (const differences of [[1.2], [1.25, 1.25], [1.25, -0.5, 1]]) {
      const { mean, low, high } = pairedDifference(differences);
      expect(low).toBeLessThan(mean);
      expect(high).toBeGreaterThanOrEqual(mean);
    }
  });

  it('is not ± 0 where all differences agree: others may not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(-1, -0.25, 0, 1 / 3, 1),
        (tasks, same) => {
          const { low, high, halfWidth } = pairedDifference(repeat(same, tasks));
          expect(halfWidth).toBeGreaterThan(0);
          expect(low).toBeGreaterThanOrEqual(-1);
          expect(high).toBeLessThanOrEqual(1);
          if (same === 0) expect(halfWidth).toBeCloseTo(shareInterval(0, tasks).high, 12);
        },
      ),
    );
  });

  it('is significant where 0 is outside', () => {
    expect(isSignificant(pairedDifference([1, 0, 0, 0, -1, 0]))).toBe(false);
    expect(isSignificant(pairedDifference(repeat(1, 20)))).toBe(true);
    expect(isSignificant({ low: -0.2, high: -0.1 })).toBe(true);
    expect(isSignificant({ low: 0, high: 0.3 })).toBe(false);
  });
});
