import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passAtK, passCounts } from '../../src/core/pass-at-k.ts';

/** The share of all subsets of k samples in which one solves, by listing them; the first `solved` samples do. */
function byListing(samples: number, solved: number, k: number): number {
  let [sets, passing] = [0, 0];
  for (let set = 0; set < 2 ** samples; set++) {
    const members = Array.from({ length: samples }, (_, index) => index).filter(
      (index) => (set >> index) & 1,
    );
    if (members.length !== k) continue;
    sets++;
    if (members.some((index) => index < solved)) passing++;
  }
  return passing / sets;
}

describe('pass@k', () => {
  it('is the share of subsets of k samples that hold one which solves', () => {
    for (let samples = 1; samples <= 9; samples++) {
      for (let solved = 0; solved <= samples; solved++) {
        for (let k = 1; k <= samples; k++) {
          expect(passAtK(samples, solved, k)).toBeCloseTo(byListing(samples, solved, k), 12);
        }
      }
    }
  });

  it('is the mean at k = 1, grows with k, and is whole for numbers whose binomials overflow', () => {
    expect(passAtK(10, 3, 1)).toBeCloseTo(0.3, 12);
    expect(passAtK(5000, 1, 2500)).toBeCloseTo(0.5, 9);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3000 }), fc.nat(3000), (samples, some) => {
        const solved = Math.min(some, samples);
        const rates = passCounts(samples).map((k) => passAtK(samples, solved, k));
        expect(rates).toEqual(rates.toSorted((a, b) => a - b));
        expect(rates.at(-1)).toBe(solved === 0 ? 0 : 1);
      }),
    );
  });

  it('refuses what cannot be', () => {
    expect(() => passAtK(4, 5, 1)).toThrow(RangeError);
    expect(() => passAtK(4, 1, 5)).toThrow(RangeError);
    expect(() => passAtK(4, 1, 0)).toThrow(RangeError);
  });
});

describe('the k that are told of', () => {
  it('are 1, powers of two, and all samples', () => {
    expect(passCounts(1)).toEqual([1]);
    expect(passCounts(2)).toEqual([1, 2]);
    expect(passCounts(8)).toEqual([1, 2, 4, 8]);
    expect(passCounts(10)).toEqual([1, 2, 4, 8, 10]);
  });
});
