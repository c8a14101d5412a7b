import { findTasks } from '../../runtime/material.ts';
import { signed } from '../../views/call-lines.ts';
import { labelled, texts } from '../../views/detail-line.ts';
import type { DesignView, TaskView } from '../../views/tree-view.ts';
import { expectedLines } from '../../views/verdict-lines.ts';
import { table } from '../table.ts';
import { meanOf, rangeOf, scoreOf, short, signedNumber, whatOf } from './cells.ts';
import { readShown, type Shown, type ShownTrees } from './shown.ts';

/** A task: what is asked and expected, and all its designs with their executions. */
export function taskPage(shown: Shown, place: string): string[] {
  const trees = readShown(shown, place);
  return [...trees.tree.tasks.values()].flatMap((task) => [
    `${shown.run}/${task.stream}  ${task.family}`,
    ...taskLines(shown, task),
    ...[...task.designs.values()].flatMap((design) => [
      '',
      [`design/${design.stream.split('/').at(-1)}`, ...figures(trees, design)].join('  '),
      ...texts(labelled('script', 'script', design.script)),
      ...executionRows(trees, design),
    ]),
  ]);
}

/** A task's text, and what its verifier expects. */
export function taskLines({ reader }: Shown, { id, text }: Pick<TaskView, 'id' | 'text'>): string[] {
  const task = findTasks(reader)(id);
  return texts([...labelled('task', 'task', text), ...(task === undefined ? [] : expectedLines(task))]);
}

/** Shape or rejection of a design, and its score, reward and advantage as far as there are any. */
export function figures({ rewards, advantages }: ShownTrees, design: DesignView): string[] {
  const { stream } = design;
  const mean = meanOf(design);
  const advantage = advantages.of({ stream, key: 'turn/0' });
  return [
    whatOf(design),
    ...(mean === '' ? [] : [`mean score ${mean}`]),
    ...(rewards.has(stream) ? [`reward ${signedNumber(rewards.get(stream))}`] : []),
    ...(typeof advantage === 'number' ? [`advantage ${signed(advantage)}`] : []),
  ];
}

/** The executions of a design as a table; nothing where it has none. */
export function executionRows({ advantages, costs }: ShownTrees, { executions }: DesignView): string[] {
  if (executions.size === 0) return [];
  const credited = advantages.has('executor');
  const rows = [...executions].map(([name, execution]) => {
    const { stream, state, answer } = execution;
    const cost = costs.get(stream);
    return [
      `exec/${name}`,
      String(scoreOf(execution) ?? state),
      String(cost?.calls ?? ''),
      String(cost?.tokens ?? ''),
      ...(credited ? [rangeOf(advantages.under(stream))] : []),
      state === 'failed' ? 'no answer' : short(answer),
    ];
  });
  const headings = ['execution', 'score', 'calls', 'tokens', ...(credited ? ['advantage'] : []), 'answer'];
  return table(headings, rows)
    .split('\n')
    .map((line) => `  ${line}`);
}
