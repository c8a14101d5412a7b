import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { average } from '../../src/credit/advantage.ts';
import { best, ceilings, type Tried } from '../../tools/ablation/play/oracle.ts';

/** Tasks whose designs solve them with the given probabilities, `executions` in each half. */
function tasks(
  seed: number,
  count: number,
  executions: number,
  chances: (task: number) => number[],
): Tried[] {
  const random = new RandomStream(seed, 'oracle');
  const half = (rates: readonly number[]) =>
    rates.map((rate) => average(Array.from({ length: executions }, () => (random.uniform() < rate ? 1 : 0))));
  return Array.from({ length: count }, (_, index) => {
    const rates = chances(index);
    return { cell: `cell ${index % 3}`, halves: [half(rates), half(rates)] };
  });
}

describe('the ceilings of choosing designs', () => {
  it('gain nothing from noise when they are cross-fitted, and do in hindsight', () => {
    const runs = Array.from({ length: 200 }, (_, seed) =>
      ceilings(tasks(seed, 30, 4, () => [0.5, 0.5, 0.5, 0.5])),
    );
    for (const level of ['fixed', 'cell', 'task'] as const) {
      // 200 · 30 · 8 executions at the least: a standard error below 0.004.
      expect(Math.abs(average(runs.map((each) => each[level])) - 0.5)).toBeLessThan(0.015);
    }
    expect(average(runs.map(({ hindsight }) => hindsight))).toBeGreaterThan(0.62);
  });

  it('find the best design of each task, of each cell and of all, where there is no noise', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 12,
        }),
        (values) => {
          const tried = values.map((list, index): Tried => ({ cell: `${index % 2}`, halves: [list, list] }));
          const { fixed, cell, task, hindsight } = ceilings(tried);
          expect(task).toBeCloseTo(average(values.map((list) => Math.max(...list))));
          expect(hindsight).toBeCloseTo(task);
          const ofDesign = [0, 1, 2].map((design) => average(values.map((list) => list[design] ?? 0)));
          expect(fixed).toBeCloseTo(Math.max(...ofDesign));
          expect(cell).toBeGreaterThanOrEqual(fixed - 1e-9);
          expect(task).toBeGreaterThanOrEqual(cell - 1e-9);
        },
      ),
    );
  });

  it('come near the truth when designs differ by task', () => {
    const { fixed, task } = ceilings(
      tasks(1, 400, 16, (index) => (index % 2 === 0 ? [0.9, 0.1] : [0.1, 0.9])),
    );
    expect(Math.abs(fixed - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(task - 0.9)).toBeLessThan(0.03);
  });

  it('break ties by the cell, then by the order of the designs', () => {
    expect(best([1, 1, 0], [0.2, 0.3, 0.9])).toBe(1);
    expect(best([1, 1])).toBe(0);
    const tie = (cell: string): Tried => ({
      cell,
      halves: [
        [1, 1],
        [0, 1],
      ],
    });
    const other: Tried = {
      cell: 'a',
      halves: [
        [0, 1],
        [0, 1],
      ],
    };
    expect(ceilings([tie('a'), other]).task).toBe(1);
  });
});
