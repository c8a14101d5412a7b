import { type FamilyTally, totals } from '../../machines/tally.ts';
import { type Estimate, isSignificant } from '../core/interval.ts';
import { changeOf, passLines } from './accuracy.ts';
import { alarms, zeroVariance } from './alarms.ts';
import { cellLines, stageCells } from './cells.ts';
import { comparisonLines, comparisonName, strongestControl } from './controls.ts';
import { points, verdict } from './estimate.ts';
import { failureLines } from './failures.ts';
import type { RunView } from './run-view.ts';
import { shapeLines } from './shape-history.ts';

/**
 * What a run came to, for people: designs, cells, controls, what to do next, and at the end, where a small terminal shows
 * it, how held-out accuracy has changed. Nothing is called a gain or a loss whose interval has 0 in it, and who earned a
 * gain is said by the cells alone. A run that was stopped before its first event does not know its number of steps yet;
 * `steps` says it.
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
    'Most frequent designs, before → after:',
    ...families.map(
      (family) =>
        `  ${family.padEnd(12)} ${favourites(view.before[family])}  →  ${favourites(view.after[family])}`,
    ),
    ...shapeLines(view.mixes, 60),
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
    '',
    ...accuracyLines(view),
    ...headline(view),
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

/** Held-out accuracy by family, before → after, with the change of the same tasks; in 80 columns. */
function accuracyLines(view: RunView): string[] {
  const change = changeOf(view);
  return [
    'Held-out accuracy before → after, change in points (± 95 %, task by task):',
    ...Object.keys(view.before).map((family) => {
      const [before, after] = [view.before[family], view.after[family]];
      const changed = change?.families[family];
      return [
        `  ${family.padEnd(12)} ${percent(accuracy(before)).padStart(5)} → ${percent(accuracy(after)).padEnd(6)}`,
        ...(changed === undefined ? [] : [points(changed).padEnd(13), verdict(changed).padEnd(16)]),
        `valid ${rounded(share(before?.valid, before))} → ${rounded(share(after?.valid, after))} %`,
      ].join(' ');
    }),
    ...passLines(view),
  ];
}

/** The run in two sentences: all tasks before and after, and the strongest control beside it. */
function headline(view: RunView): string[] {
  const change = changeOf(view);
  if (change === null) return [];
  const [before, after] = [totals(view.before), totals(view.after)];
  const ratio = ({ score, tasks }: typeof before) => (100 * score) / Math.max(1, tasks);
  const control = strongestControl(view);
  return [
    '',
    `Held-out accuracy over all ${after.tasks} tasks: ${ratio(before).toFixed(1)} → ${ratio(after).toFixed(1)} %, ${points(change.overall)} points: ${verdict(change.overall)}.`,
    control === null
      ? 'No control was played beside it (evaluation.controls).'
      : `Against the strongest control (${comparisonName(control.key, view).replace('control: ', '')}, ${(100 * control.score.mean).toFixed(1)} %): ${points(control.lead)} points: ${place(control.lead)}.`,
  ];
}

/** Where a run stands beside a control. */
function place(lead: Estimate): 'ahead' | 'behind' | 'no clear difference' {
  if (!isSignificant(lead)) return 'no clear difference';
  return lead.mean > 0 ? 'ahead' : 'behind';
}

/** The two most frequent shapes of a family with their shares. */
function favourites(tally: FamilyTally | undefined): string {
  return Object.entries(tally?.shapes ?? {})
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([shape, count]) => `${shape} ${percent(share(count, tally))}`)
    .join(', ');
}

function accuracy(tally: FamilyTally | undefined): number {
  return share(tally?.score, tally);
}

function share(count: number | undefined, tally: FamilyTally | undefined): number {
  return tally === undefined || tally.tasks === 0 ? 0 : (count ?? 0) / tally.tasks;
}

function rounded(value: number): string {
  return (100 * value).toFixed(0);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
}
