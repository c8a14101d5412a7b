import type { FamilyTally } from '../../machines/tally.ts';
import { alarms, zeroVariance } from './alarms.ts';
import { cellLines, stageCells } from './cells.ts';
import { comparisonLines } from './controls.ts';
import { failureLines } from './failures.ts';
import type { RunView } from './run-view.ts';
import { shapeLines } from './shape-history.ts';

/**
 * What a run came to, for people: accuracies, what each role learned, and what to do next. A run that was
 * stopped before its first event does not know its number of steps yet; `steps` says it.
 */
export function summaryLines(view: RunView, run: string, store: string, steps = view.plan.steps): string[] {
  const at = store === 'troupe.db' ? '' : ` --store ${store}`;
  if (view.phase !== 'done') {
    return [
      '',
      `${run} is not over: step ${view.step} of ${steps}. Nothing is lost; go on with`,
      `  npx troupe train --resume ${run}${at}`,
    ];
  }
  const families = Object.keys(view.before);
  return [
    '',
    `${run} is over: ${view.step} steps, ${view.finishedCalls} policy calls${branchCost(view)}, ${view.events} events, ${Math.round((view.lastTime - view.firstTime) / 1000)} s.`,
    '',
    'Held-out accuracy (sampled at the training temperature):',
    ...families.map((family) => accuracyLine(family, view.before[family], view.after[family])),
    '',
    'What the designer learned (its most frequent designs, before → after):',
    ...families.map(
      (family) =>
        `  ${family.padEnd(12)} ${favourites(view.before[family])}  →  ${favourites(view.after[family])}`,
    ),
    ...shapeLines(view.mixes, 60),
    'What the executor learned:',
    `  mean score of an execution: ${executorGain(view)}`,
    ...cellSection(view),
    ...comparisonLines(view),
    ...failureLines(view),
    ...varianceLines(view),
    ...alarms(view).map((alarm) => `ALARM: ${alarm}`),
    '',
    `The run is in ${store}. Next:`,
    `  npx troupe replay ${run}${at}      step through it, event by event`,
    `  npx troupe verify ${run}${at}      execute it again and compare every event`,
    `  npx troupe graph session --coverage ${run}${at}`,
  ];
}

function cellSection(view: RunView): string[] {
  const last = stageCells(view).at(-1);
  return last === undefined ? [] : ['', ...cellLines(last), ''];
}

/** Groups that taught nothing, over the run. */
function varianceLines({ steps }: RunView): string[] {
  const { designer, executor } = zeroVariance(steps);
  const of = ({ none, groups }: typeof designer) => `${none} of ${groups}`;
  return [`Groups without variance: designer ${of(designer)}, executor ${of(executor)}`];
}

/** What credit by forks has cost. */
function branchCost({ branches, branchCalls }: RunView): string {
  return branches === 0 ? '' : ` (${branchCalls} of them in ${branches} branches)`;
}

function accuracyLine(
  family: string,
  before: FamilyTally | undefined,
  after: FamilyTally | undefined,
): string {
  const change = 100 * (accuracy(after) - accuracy(before));
  return `  ${family.padEnd(12)} ${percent(accuracy(before))} → ${percent(accuracy(after))}  (${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(1)} points; ${after?.tasks ?? 0} tasks; valid scripts ${percent(share(before?.valid, before))} → ${percent(share(after?.valid, after))})`;
}

/** The two most frequent shapes of a family with their shares. */
function favourites(tally: FamilyTally | undefined): string {
  return Object.entries(tally?.shapes ?? {})
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([shape, count]) => `${shape} ${percent(share(count, tally))}`)
    .join(', ');
}

/** Mean execution score over the first and the last executor steps. */
function executorGain(view: RunView): string {
  const scores = view.steps.map(({ executorReward }) => executorReward);
  const window = Math.min(3, scores.length);
  if (window === 0) return 'no steps';
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean(scores.slice(0, window)).toFixed(2)} in the first ${window} steps, ${mean(scores.slice(-window)).toFixed(2)} in the last ${window}`;
}

function accuracy(tally: FamilyTally | undefined): number {
  return share(tally?.score, tally);
}

function share(count: number | undefined, tally: FamilyTally | undefined): number {
  return tally === undefined || tally.tasks === 0 ? 0 : (count ?? 0) / tally.tasks;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
}
