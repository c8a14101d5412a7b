import fc from 'fast-check';
import { expect, it } from 'vitest';
import { following } from '../../tools/ablation/report/follows.ts';

const BEST = { a: 'agent', b: 'vote', c: 'agent' };

it('gives a designer that looks at the task credit above chance', () => {
  const seeing = following({ a: { agent: 8, none: 2 }, b: { vote: 10 }, c: { agent: 10 } }, BEST);
  expect(seeing?.agreement).toBeCloseTo((0.8 + 1 + 1) / 3);
  // 60 % agents and 33 % votes, whatever the task: what is best for two kinds, and for one.
  expect(seeing?.chance).toBeCloseTo((0.6 * 2 + 1 / 3) / 3);
});

it('gives a designer that draws the same whatever the task none', () => {
  const shapes = fc.dictionary(fc.constantFrom('agent', 'vote', 'other'), fc.integer({ min: 1, max: 50 }), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(shapes, (mix) => {
      const { agreement = 0, chance = 1 } = following({ a: mix, b: mix, c: mix }, BEST) ?? {};
      expect(agreement).toBeCloseTo(chance);
    }),
  );
});

it('leaves out kinds of task that were not measured, and says nothing where none was', () => {
  expect(following({ a: { agent: 1 }, z: { vote: 9 } }, BEST)).toEqual({ agreement: 1, chance: 1 });
  expect(following({ z: { vote: 9 } }, BEST)).toBeNull();
  expect(following({ a: {} }, BEST)).toBeNull();
});
