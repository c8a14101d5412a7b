import { must } from '../../../src/core/errors.ts';
import { average } from '../../../src/credit/advantage.ts';

/** What a design came to in some executions on one task: their mean, and the variance of that mean. */
export interface Measure {
  readonly mean: number;
  readonly error: number;
}

/** Measures of every design on one task, in the order of the designs. */
export type Half = readonly Measure[];

/** What every fixed design came to on one task, twice: by some executions, and by as many others, independent of them. */
export interface Tried {
  /** Tasks that look alike: family and attribute. */
  readonly cell: string;
  readonly halves: readonly [Half, Half];
}

/** What one gets by choosing designs, the more freely the further down. All are means over the tasks. */
export interface Ceilings {
  /** The best design for all tasks. */
  readonly fixed: number;
  /** The best design of each cell. */
  readonly cell: number;
  /** The best design of each task, by what is known of the task and of its cell. */
  readonly task: number;
  /** The maximum of each task in hindsight: optimistic, because it takes luck for merit. */
  readonly hindsight: number;
}

/**
 * The ceilings of choosing among fixed designs. But for the one in hindsight, they are cross-fitted: a design is chosen
 * by one half of the executions and scored by the other, both ways round, so that chance alone gains nothing. Each is
 * therefore a lower bound, in expectation, of what perfect knowledge of the designs' means would give. A task's few
 * executions say little: they are weighed against its cell's mean (empirical Bayes), as far as tasks of the cell differ by
 * more than noise.
 */
export function ceilings(tasks: readonly Tried[]): Ceilings {
  const both = ([chooseBy, scoreBy]: readonly [0 | 1, 0 | 1]) => {
    const overall = meanOf(tasks.map(({ halves }) => means(halves[chooseBy])));
    const cells = byCell(tasks, chooseBy);
    const scored = (choose: (task: Tried, cell: CellView) => number) =>
      average(
        tasks.map((task) => {
          const cell = must(cells.get(task.cell), `the cell ${task.cell}`);
          return must(task.halves[scoreBy][choose(task, cell)], 'the measure of a design').mean;
        }),
      );
    return {
      fixed: scored(() => best(overall)),
      cell: scored((_, { means }) => best(means, overall)),
      task: scored(({ halves }, cell) => best(believed(halves[chooseBy], cell), cell.means)),
    };
  };
  const [a, b] = [both([0, 1]), both([1, 0])];
  return {
    fixed: (a.fixed + b.fixed) / 2,
    cell: (a.cell + b.cell) / 2,
    task: (a.task + b.task) / 2,
    hindsight: average(tasks.map(({ halves }) => Math.max(...meanOf(halves.map(means))))),
  };
}

/** The index of the largest value; among equals the one that `ties` values most, then the first. */
export function best(values: readonly number[], ties: readonly number[] = []): number {
  let chosen = 0;
  for (const [index, value] of values.entries()) {
    const champion = must(values[chosen], 'a value');
    const ahead = value === champion && (ties[index] ?? 0) > (ties[chosen] ?? 0);
    if (value > champion || ahead) chosen = index;
  }
  return chosen;
}

/** Means by position of lists of one length. */
export function meanOf(lists: readonly (readonly number[])[]): number[] {
  const [first = []] = lists;
  return first.map((_, index) => average(lists.map((list) => must(list[index], 'a value'))));
}

/** The measure of some executions. */
export function measureOf(values: readonly number[]): Measure {
  const mean = average(values);
  const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const { length } = values;
  return { mean, error: length < 2 ? 0 : spread / (length - 1) / length };
}

/** What one half tells of a cell's designs: mean, and the share of the variance between its tasks that is no noise. */
interface CellView {
  readonly means: readonly number[];
  readonly trust: readonly number[];
}

/** What a task's designs are believed to be worth. */
function believed(half: Half, { means, trust }: CellView): number[] {
  return half.map(({ mean }, index) => {
    const [weight = 0, prior = 0] = [trust[index], means[index]];
    return weight * mean + (1 - weight) * prior;
  });
}

function byCell(tasks: readonly Tried[], half: 0 | 1): Map<string, CellView> {
  const cells = Map.groupBy(tasks, ({ cell }) => cell);
  return new Map(
    [...cells].map(([name, members]) => {
      const halves = members.map(({ halves }) => halves[half]);
      const cell = meanOf(halves.map(means));
      const noise = meanOf(halves.map((measures) => measures.map(({ error }) => error)));
      const trust = cell.map((mean, design) => {
        const seen = average(
          halves.map((measures) => (must(measures[design], 'a measure').mean - mean) ** 2),
        );
        return seen === 0 ? 0 : Math.max(0, 1 - (noise[design] ?? 0) / seen);
      });
      return [name, { means: cell, trust }];
    }),
  );
}

function means(half: Half): number[] {
  return half.map(({ mean }) => mean);
}
