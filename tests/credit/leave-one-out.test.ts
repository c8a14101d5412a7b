import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { average } from '../../src/credit/advantage.ts';
import { callWorth } from '../../src/credit/leave-one-out.ts';

describe('what a call was worth', () => {
  it('has an interval, also where all draws agree', () => {
    const agreed = callWorth('a', 1, [1, 1, 1, 1]);
    expect(agreed).toMatchObject({ credit: 0, low: 0, halfWidth: agreed.high });
    expect(agreed.high).toBeCloseTo(0.4899, 4);
    const lost = callWorth('a', 0, [1, 1, 1, 1]);
    expect(lost).toMatchObject({ credit: -1, low: -1 });
    expect(lost.high).toBeCloseTo(-0.5101, 4);
    // One draw tells something, too: Wilson's 1 of 1 is 21 to 100 %.
    expect(callWorth('a', 1, [1]).high).toBeCloseTo(0.7935, 4);
  });

  it('is the score less the mean of its branches, within its limits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1),
        fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 12 }),
        (score, branches) => {
          const { credit, low, high, halfWidth } = callWorth('a', score, branches);
          expect(credit).toBe(score - average(branches));
          expect(-1 <= low && low <= credit && credit <= high && high <= 1).toBe(true);
          expect(halfWidth).toBeGreaterThan(0);
        },
      ),
    );
  });
});
