import { must } from '../../../src/core/errors.ts';
import { average } from '../../../src/credit/advantage.ts';

/**
 * What every fixed design came to on one task: its mean over some executions, and its mean over as many others that are
 * independent of them. Both lists are in the order of the designs.
 */
export interface Tried {
  /** Tasks that look alike: family and attribute. */
  readonly cell: string;
  readonly halves: readonly [readonly number[], readonly number[]];
}

/** What one gets by choosing designs, the more freely the further down. All are means over the tasks. */
export interface Ceilings {
  /** The best design for all tasks. */
  readonly fixed: number;
  /** The best design of each cell. */
  readonly cell: number;
  /** The best design of each task; where several are best, the one that is best in its cell. */
  readonly task: number;
  /** The maximum of each task in hindsight: optimistic, because it takes luck for merit. */
  readonly hindsight: number;
}

/**
 * The ceilings of choosing among fixed designs. But for the one in hindsight, they are cross-fitted: a design is chosen
 * by one half of the executions and scored by the other, both ways round, so that chance alone gains nothing. Each is
 * therefore a lower bound, in expectation, of what perfect knowledge of the designs' means would give.
 */
export function ceilings(tasks: readonly Tried[]): Ceilings {
  const both = ([chooseBy, scoreBy]: readonly [0 | 1, 0 | 1]) => {
    const overall = meanOf(tasks.map(({ halves }) => halves[chooseBy]));
    const cells = byCell(tasks, chooseBy);
    const scored = (choose: (task: Tried, cell: readonly number[]) => number) =>
      average(
        tasks.map((task) => {
          const cell = must(cells.get(task.cell), `the cell ${task.cell}`);
          return must(task.halves[scoreBy][choose(task, cell)], 'the value of a design');
        }),
      );
    return {
      fixed: scored(() => best(overall)),
      cell: scored((_, cell) => best(cell, overall)),
      task: scored(({ halves }, cell) => best(halves[chooseBy], cell)),
    };
  };
  const [a, b] = [both([0, 1]), both([1, 0])];
  return {
    fixed: (a.fixed + b.fixed) / 2,
    cell: (a.cell + b.cell) / 2,
    task: (a.task + b.task) / 2,
    hindsight: average(tasks.map(({ halves: [first, second] }) => Math.max(...meanOf([first, second])))),
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

function byCell(tasks: readonly Tried[], half: 0 | 1): Map<string, number[]> {
  const cells = Map.groupBy(tasks, ({ cell }) => cell);
  return new Map(
    [...cells].map(([name, members]) => [name, meanOf(members.map(({ halves }) => halves[half]))]),
  );
}
