import { changesBoth, stageKey } from '../../machines/evaluations.ts';
import { learnersOf } from '../../machines/stages.ts';
import { clusteredShare, type Estimate, isSignificant, pairedDifference } from '../core/interval.ts';
import { percent, points } from './estimate.ts';
import type { RunView } from './run-view.ts';

/** The four cells after a stage, and where its gain comes from: differences are taken task by task. */
export interface StageCells {
  readonly stage: number;
  readonly tasks: number;
  /** Named designer first: `newOld` is the new designer's designs with the old executor. */
  readonly cells: { readonly [cell in Cell]: Estimate };
  readonly gain: {
    readonly whole: Estimate;
    /** New designs with the old executor. */
    readonly design: Estimate;
    /** Old designs with the new executor. */
    readonly execution: Estimate;
    /** What of the gain needs both. */
    readonly interaction: Estimate;
  };
  /** Tasks that are solved now, by all of their samples, and were not: what it took, one role anew or both. */
  readonly solved: {
    readonly tasks: number;
    readonly design: number;
    readonly execution: number;
    readonly either: number;
    readonly both: number;
  };
}

const CELLS = ['oldOld', 'newOld', 'oldNew', 'newNew'] as const;
type Cell = (typeof CELLS)[number];
/** The difference that something makes which did not change. */
const NONE: Estimate = { mean: 0, low: 0, high: 0, halfWidth: 0 };
/** A sum of the four scores of one task. */
type Combination = (at: (cell: Cell) => number) => number;
type Scores = { readonly [cell in Cell]: readonly number[] };

/** The cells of every stage whose evaluations are over, in order. */
export function stageCells(view: RunView): StageCells[] {
  const stages = Math.ceil(Math.min(view.step, view.plan.steps) / view.plan.stageSteps);
  if (view.plan.evaluation.cellTasks === 0) return [];
  return Array.from({ length: stages }, (_, index) => cellsOf(view, index + 1)).flatMap((each) => each ?? []);
}

function cellsOf(view: RunView, stage: number): StageCells | null {
  const scores = scoresOf(view, stage);
  const tasks = Math.min(...CELLS.map((cell) => scores[cell].length));
  if (tasks === 0) return null;
  const { samples } = view.plan.evaluation;
  const cell = (name: Cell) => clusteredShare(scores[name].slice(0, tasks), samples);
  // A role that cannot have changed has changed nothing, whatever the tasks.
  const [newDesigns, newExecution] = [scores.newOld !== scores.oldOld, scores.oldNew !== scores.oldOld];
  const each = (combine: Combination) =>
    Array.from({ length: tasks }, (_, task) => combine((name) => scores[name][task] ?? 0));
  const solves = (cell: Cell, task: number) => (scores[cell][task] ?? 0) >= 1;
  const fresh = Array.from({ length: tasks }, (_, task) => task).filter(
    (task) => solves('newNew', task) && !solves('oldOld', task),
  );
  const taking = (design: boolean, execution: boolean) =>
    fresh.filter((task) => solves('newOld', task) === design && solves('oldNew', task) === execution).length;
  return {
    stage,
    tasks,
    solved: {
      tasks: fresh.length,
      design: taking(true, false),
      execution: taking(false, true),
      either: taking(true, true),
      both: taking(false, false),
    },
    cells: {
      oldOld: cell('oldOld'),
      newOld: cell('newOld'),
      oldNew: cell('oldNew'),
      newNew: cell('newNew'),
    },
    gain: {
      whole: pairedDifference(each((at) => at('newNew') - at('oldOld'))),
      design: newDesigns ? pairedDifference(each((at) => at('newOld') - at('oldOld'))) : NONE,
      execution: newExecution ? pairedDifference(each((at) => at('oldNew') - at('oldOld'))) : NONE,
      // A difference of two differences, which may be as large as both.
      interaction: newDesigns && newExecution ? pairedDifference(each(interaction), 2) : NONE,
    },
  };
}

function interaction(at: Parameters<Combination>[0]): number {
  return at('newNew') - at('newOld') - at('oldNew') + at('oldOld');
}

/** Scores task by task. What was not evaluated anew is known from elsewhere: see `machines/evaluations.ts`. */
function scoresOf(view: RunView, stage: number): Scores {
  const { plan } = view;
  const last = Math.min(plan.steps, stage * plan.stageSteps);
  const finished = (key: string) => {
    const running = view.scope === `eval/${key}` && view.progress.done < view.progress.of;
    return running ? [] : (view.scores[key] ?? []);
  };
  const oldOld = stage === 1 ? finished('before') : finished(stageKey(stage - 1));
  const newNew = last === plan.steps ? finished('after') : finished(stageKey(stage));
  if (changesBoth(plan, last)) {
    const [oldNew, newOld] = [finished(stageKey(stage, 'designer')), finished(stageKey(stage, 'executor'))];
    return { oldOld, newOld, oldNew, newNew };
  }
  const executors = plan.design !== undefined || learnersOf(last - 1, plan).includes('executor');
  return executors
    ? { oldOld, newOld: oldOld, oldNew: newNew, newNew }
    : { oldOld, newOld: newNew, oldNew: oldOld, newNew };
}

/** The four cells of a stage and the split of its change, for people: which parts of it are significant, and which are not. */
export function cellLines({ stage, tasks, cells, gain, solved }: StageCells): string[] {
  const { whole, design, execution, interaction } = gain;
  const parts: readonly (readonly [name: string, part: Estimate])[] = [
    ['designs', design],
    ['execution', execution],
    ['both together', interaction],
  ];
  const clear = parts.flatMap(([name, part]) => (isSignificant(part) ? [name] : []));
  return [
    `Stage ${stage}, ${tasks} held-out tasks, mean score (95 % interval):`,
    `                    old executor      new executor`,
    `  old designs       ${percent(cells.oldOld).padEnd(18)}${percent(cells.oldNew)}`,
    `  new designs       ${percent(cells.newOld).padEnd(18)}${percent(cells.newNew)}`,
    `  change ${points(whole)} points = ${parts.map(([name, part]) => `${name} ${points(part)}`).join(', ')}`,
    `  significant of these: ${clear.length === 0 ? 'none' : clear.join(', ')}`,
    `  newly solved ${solved.tasks}: by designs ${solved.design}, by execution ${solved.execution}, by either ${solved.either}, by both alone ${solved.both}`,
  ];
}
