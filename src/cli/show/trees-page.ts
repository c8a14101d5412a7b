import { average } from '../../credit/advantage.ts';
import { signed } from '../../views/call-lines.ts';
import type { DesignView, TaskView } from '../../views/tree-view.ts';
import { table } from '../table.ts';
import { meanOf, rangeOf, scoresOf, short, signedNumber, whatOf } from './cells.ts';
import { readShown, type Shown, type ShownTrees } from './shown.ts';

interface Column {
  readonly title: string;
  readonly cell: (task: TaskView, design: DesignView) => string;
}

/** A step or an evaluation as one table: a row for every design of every task, with what it came to. */
export function treesPage(shown: Shown, place: string): string[] {
  const trees = readShown(shown, place);
  const tasks = [...trees.tree.tasks.values()];
  const isStep = place.startsWith('step/');
  const columns: readonly Column[] = [
    { title: 'task', cell: (task) => lastPart(task.stream) },
    { title: 'family', cell: (task) => task.family },
    { title: 'design', cell: (_, design) => lastPart(design.stream) },
    { title: 'shape', cell: (_, design) => whatOf(design) },
    { title: 'scores', cell: (_, design) => scoresOf(design).join(' ') },
    { title: 'mean', cell: (_, design) => meanOf(design) },
    ...(isStep ? stepColumns(trees) : [{ title: 'answer', cell: answerOf }]),
  ];
  const rows = tasks.flatMap((task) =>
    [...task.designs.values()].map((design) => columns.map(({ cell }) => cell(task, design))),
  );
  const headings = columns.map(({ title }) => title);
  return [
    `${shown.run}/${place}`,
    '',
    ...table(headings, rows).split('\n'),
    '',
    ...(isStep ? [] : ['Nothing is learned from an evaluation: it has no rewards and no advantages.']),
    ...(headings.includes('executor') ? ['· has no advantage: its group has nothing to teach.'] : []),
    totals(trees),
    `more: troupe show ${shown.run}/${tasks[0]?.stream ?? place}`,
  ];
}

/** Rewards after costs, and advantages of the roles that have credit. */
function stepColumns({ rewards, advantages }: ShownTrees): Column[] {
  const reward = ({ stream }: DesignView) => signedNumber(rewards.get(stream));
  const written = ({ stream }: DesignView) => advantages.of({ stream, key: 'turn/0' });
  const executed = ({ executions }: DesignView) =>
    [...executions.values()].map(({ stream }) => rangeOf(advantages.under(stream))).join(' ');
  const columns: Column[] = [{ title: 'reward', cell: (_, design) => reward(design) }];
  if (advantages.has('designer')) {
    columns.push({
      title: 'designer',
      cell: (_, design) => {
        const advantage = written(design);
        return typeof advantage === 'number' ? signed(advantage) : '·';
      },
    });
  }
  if (advantages.has('executor')) {
    columns.push({ title: 'executor', cell: (_, design) => executed(design) });
  }
  return columns;
}

/** The table in a sentence. */
function totals({ tree, rewards }: ShownTrees): string {
  const tasks = [...tree.tasks.values()];
  const designs = tasks.flatMap((task) => [...task.designs.values()]);
  const scores = designs.flatMap(scoresOf);
  const rejected = designs.filter(({ rejection }) => rejection !== '');
  const reward = rewards.size === 0 ? '' : `, mean reward ${mean([...rewards.values()])}`;
  return [
    counted(tasks, 'task'),
    `${counted(designs, 'design')} (${rejected.length} rejected${reward})`,
    `${counted(scores, 'execution')} (mean score ${mean(scores)})`,
  ].join(', ');
}

function answerOf(_: TaskView, { executions }: DesignView): string {
  return [...executions.values()].map(({ answer }) => short(answer)).join(' ');
}

function mean(values: readonly number[]): string {
  return values.length === 0 ? '–' : signedNumber(average(values));
}

function counted({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}

function lastPart(stream: string): string {
  return stream.slice(stream.lastIndexOf('/') + 1);
}
