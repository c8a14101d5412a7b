import { oneLine } from '../core/printable.ts';
import type { DesignView, ExecutionView, LiveState, TaskView, TreeView } from './tree-view.ts';

/** One line of the rollout tree on the screen. */
export interface TreeRow {
  readonly stream: string;
  readonly depth: 0 | 1 | 2;
  readonly state: LiveState;
  readonly label: string;
  /** Scores so far, for example `5/8`. */
  readonly score: string;
  /** Mean score of what is below, 0 … 1, or null where nothing is finished. */
  readonly mean: number | null;
  readonly expandable: boolean;
  readonly open: boolean;
}

/** The tree as lines: tasks, and what is below those that are open. */
export function treeRows(tree: TreeView, open: ReadonlySet<string>): TreeRow[] {
  return [...tree.tasks.values()].flatMap((task) => {
    const executions = [...task.designs.values()].flatMap(({ executions: all }) => [...all.values()]);
    const row = rowOf(task, 0, `${task.family}  ${task.text}`, executions, open, task.designs.size > 0);
    return open.has(task.stream) ? [row, ...designRows(task, open)] : [row];
  });
}

function designRows(task: TaskView, open: ReadonlySet<string>): TreeRow[] {
  return [...task.designs.entries()].flatMap(([name, design]) => {
    const executions = [...design.executions.values()];
    const label = `design ${name}  ${describe(design)}`;
    const row = rowOf(design, 1, label, executions, open, executions.length > 0);
    return open.has(design.stream) ? [row, ...executionRows(design)] : [row];
  });
}

function executionRows(design: DesignView): TreeRow[] {
  return [...design.executions.entries()].map(([name, execution]) => {
    const where = execution.state === 'working' ? activity(execution) : execution.answer;
    return rowOf(execution, 2, `execution ${Number(name)}  ${where}`, [execution], new Set(), false);
  });
}

function describe(design: DesignView): string {
  if (design.rejection !== '') return `rejected: ${design.rejection}`;
  return design.shape === '' ? 'writing…' : design.shape;
}

/** What the agents of a running execution do, for example `solve1 calling, solve2 done`. */
function activity(execution: ExecutionView): string {
  return [...execution.agents.values()]
    .map(({ name, state }) => `${name.split('.').at(-1)} ${state}`)
    .join(', ');
}

function rowOf(
  { stream, state }: { readonly stream: string; readonly state: LiveState },
  depth: TreeRow['depth'],
  label: string,
  executions: readonly ExecutionView[],
  open: ReadonlySet<string>,
  expandable: boolean,
): TreeRow {
  const scores = executions.flatMap(({ score, state: each }) =>
    score !== null ? [score] : each === 'failed' ? [0] : [],
  );
  const total = scores.reduce((sum, score) => sum + score, 0);
  return {
    stream,
    depth,
    state,
    label: oneLine(label),
    score: executions.length === 0 ? '' : `${Number(total.toFixed(2))}/${executions.length}`,
    mean: scores.length === 0 ? null : total / scores.length,
    expandable,
    open: open.has(stream),
  };
}
