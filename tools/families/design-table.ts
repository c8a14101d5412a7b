import { must } from '../../src/core/errors.ts';
import { clusteredShare, meanInterval } from '../../src/core/interval.ts';
import { average } from '../../src/credit/advantage.ts';
import type { Trial, TrialScore } from '../../src/runtime/trials.ts';
import type { Task } from '../../src/tasks/task.ts';
import { type Ceilings, ceilings, meanOf, measureOf, type Tried } from '../ablation/play/oracle.ts';

export interface Prices {
  /** Of each call beyond the first, and of each sampled token of an executor. */
  readonly callPrice: number;
  readonly tokenPrice: number;
}

/** What one fixed design came to on the tasks of one family and attribute. */
export interface DesignRow {
  readonly script: string;
  readonly accuracy: number;
  /** Mean of score − callPrice · (calls − 1) − tokenPrice · tokens, and half its 95 % interval over tasks. */
  readonly reward: number;
  readonly halfWidth: number;
  readonly calls: number;
  readonly tokens: number;
  /** Share of executions that came to an answer. */
  readonly answered: number;
}

export interface Cell {
  readonly family: string;
  readonly attribute: string;
  readonly tasks: number;
  /** Best reward first. */
  readonly designs: readonly DesignRow[];
  /** By how much the reward of the best one is above the second best's. */
  readonly lead: number;
}

/** What tells the cell of a task. */
interface Celled {
  readonly family: string;
  readonly attribute?: string | undefined;
}

export interface FamilyCeilings {
  readonly family: string;
  readonly accuracy: Ceilings;
  readonly reward: Ceilings;
}

export interface DesignTable {
  readonly scripts: readonly string[];
  readonly executions: number;
  readonly cells: readonly Cell[];
  readonly ceilings: readonly FamilyCeilings[];
}

/** The first `count` tasks of each family and attribute, in the order of the list. */
export function tasksByCell(tasks: readonly Task[], count: number): Task[] {
  const cells = Map.groupBy(tasks, cellOf);
  return [...cells.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => members.slice(0, count));
}

/** Every design on every task, so many times. */
export function trialsOf(tasks: readonly Task[], scripts: readonly string[], executions: number): Trial[] {
  return tasks.flatMap((task) =>
    scripts.flatMap((script) => Array.from({ length: executions }, () => ({ task, script }))),
  );
}

/** The table of what {@link trialsOf} came to. Pure. */
export function designTable(
  tasks: readonly Task[],
  scripts: readonly string[],
  executions: number,
  scores: readonly TrialScore[],
  prices: Prices,
): DesignTable {
  const tried = tasks.map((task, place) => ({
    task,
    designs: scripts.map((_, design) => {
      const start = (place * scripts.length + design) * executions;
      return scores.slice(start, start + executions);
    }),
  }));
  const rewardOf = ({ score, calls, tokens }: TrialScore) =>
    score - prices.callPrice * Math.max(0, calls - 1) - prices.tokenPrice * tokens;
  const cells = [...Map.groupBy(tried, ({ task }) => cellOf(task)).values()].map((members): Cell => {
    const designs = scripts
      .map((script, design): DesignRow => {
        const all = members.flatMap(({ designs }) => designs[design] ?? []);
        const ofTasks = (value: (score: TrialScore) => number) =>
          members.map(({ designs }) => average((designs[design] ?? []).map(value)));
        const rewards = ofTasks(rewardOf);
        const solved = ofTasks(({ score }) => score);
        // Prices alone are no spread: where all scores agree, the width is that of the share.
        const spread = meanInterval(solved) === null ? null : meanInterval(rewards);
        return {
          script,
          accuracy: average(all.map(({ score }) => score)),
          reward: average(rewards),
          halfWidth: (spread ?? clusteredShare(solved, executions)).halfWidth,
          calls: average(all.map(({ calls }) => calls)),
          tokens: average(all.map(({ tokens }) => tokens)),
          answered: average(all.map(({ cause }) => (cause === null ? 1 : 0))),
        };
      })
      .sort((a, b) => b.reward - a.reward);
    const [first, second] = designs;
    const { family, attribute = '' } = must(members[0], 'a task of the cell').task;
    const lead = (first?.reward ?? 0) - (second?.reward ?? 0);
    return { family, attribute, tasks: members.length, designs, lead };
  });
  const families = Map.groupBy(tried, ({ task }) => task.family);
  return {
    scripts,
    executions,
    cells,
    ceilings: [...families].map(([family, members]) => {
      const level = (value: (score: TrialScore) => number) =>
        ceilings(members.map(({ task, designs }) => halved(cellOf(task), designs, value)));
      return { family, accuracy: level(({ score }) => score), reward: level(rewardOf) };
    }),
  };
}

/** Family and attribute of a task, as one name. */
export function cellOf({ family, attribute = '' }: Celled): string {
  return attribute === '' ? family : `${family}/${attribute}`;
}

/** Executions of every design of a task, split into two halves that have nothing to do with each other. */
export function halved<T>(
  cell: string,
  designs: readonly (readonly T[])[],
  value: (execution: T) => number,
): Tried {
  const half = (parity: 0 | 1) =>
    designs.map((executions) => measureOf(executions.filter((_, index) => index % 2 === parity).map(value)));
  return { cell, halves: [half(0), half(1)] };
}

/** Means over families with equal weight. */
export function meanCeilings(levels: readonly Ceilings[]): Ceilings {
  const [fixed = 0, cell = 0, task = 0, hindsight = 0] = meanOf(
    levels.map(({ fixed, cell, task, hindsight }) => [fixed, cell, task, hindsight]),
  );
  return { fixed, cell, task, hindsight };
}
