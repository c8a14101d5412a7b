import { expect, it } from 'vitest';
import { fuzzScripts } from '../../tools/fuzz/fuzz.ts';

it('2,000 mutated scripts crash nothing, hang nothing, and break no bound that they passed', async () => {
  const { scripts, accepted, outcomes, violations } = await fuzzScripts({
    seed: 7,
    count: 2000,
    now: () => 0,
  });
  expect(violations).toEqual([]);
  expect(outcomes.killed).toBeUndefined();
  // Mutants that are all refused, or all accepted, would try nothing.
  expect(accepted / scripts).toBeGreaterThan(0.05);
  expect(accepted / scripts).toBeLessThan(0.95);
  expect(Object.keys(outcomes).length).toBeGreaterThan(8);
}, 120_000);
