import { CONTROL } from '../../machines/evaluations.ts';
import { totals } from '../../machines/tally.ts';
import { clusteredShare, type Estimate, isSignificant, pairedDifference } from '../core/interval.ts';
import { percent, points } from './estimate.ts';
import type { RunView } from './run-view.ts';
import { evaluationName } from './stage-band.ts';

/** What stands beside the trained system at the end of a run: harder tasks, and the controls on the held-out ones. */
export interface Comparison {
  readonly key: string;
  readonly score: Estimate;
  readonly callsPerTask: number;
  /** Its script was rejected everywhere: nothing was played, and the score says nothing. */
  readonly rejected: boolean;
  /** By how much the trained system is better on the same tasks, task by task; null on other tasks, and where nothing was played. */
  readonly lead: Estimate | null;
}

/** The last evaluation with all that it can be compared with, in the order of the evaluations; the first is itself. */
export function comparisons({ tallies, scores, plan }: RunView): Comparison[] {
  const keys = Object.keys(tallies).filter((key) => key === 'harder' || key.startsWith(CONTROL));
  if (keys.length === 0) return [];
  const own = scores.after ?? [];
  return ['after', ...keys].map((key) => {
    const { tasks, valid, calls } = totals(tallies[key] ?? {});
    const values = scores[key] ?? [];
    // A trained designer of which nothing is valid has scored 0.
    const rejected = key.startsWith(CONTROL) && tasks > 0 && valid === 0;
    const paired = key.startsWith(CONTROL) && values.length === own.length && !rejected;
    return {
      key,
      score: clusteredShare(values, plan.evaluation.samples),
      callsPerTask: calls / Math.max(1, tasks),
      rejected,
      lead: paired ? pairedDifference(values.map((value, index) => (own[index] ?? 0) - value)) : null,
    };
  });
}

/** A control that was played on the tasks of the trained system. */
export interface PlayedControl extends Comparison {
  readonly lead: Estimate;
}

/** The control with the highest mean score, the first of several; null where none was played. */
export function strongestControl(view: RunView): PlayedControl | null {
  const played = comparisons(view).flatMap(({ lead, ...rest }) => (lead === null ? [] : [{ ...rest, lead }]));
  return played.sort((a, b) => b.score.mean - a.score.mean)[0] ?? null;
}

/** The same for people: mean scores over all tasks with 95 % intervals, calls, and the difference to each control. */
export function comparisonLines(view: RunView): string[] {
  const rows = comparisons(view);
  if (rows.length === 0) return [];
  const names = rows.map(({ key }) => comparisonName(key, view));
  const width = Math.max(...names.map((name) => name.length));
  const lines = rows.map(({ score, callsPerTask, rejected, lead }, index) => {
    const figures = rejected
      ? 'rejected by the checks, not played'
      : `${percent(score).padEnd(16)} ${callsPerTask.toFixed(1)} calls a task`;
    const difference = lead === null ? '' : `  ${points(lead)}${isSignificant(lead) ? ' *' : ''}`;
    return `  ${(names[index] ?? '').padEnd(width)}  ${figures}${difference}`;
  });
  return [
    'Compared with (mean score over all tasks; by how much this run is above, in points, task by task; * significant):',
    ...lines,
    '',
  ];
}

/** An evaluation's name for people; a fixed design is called by its script. */
export function comparisonName(key: string, { plan }: RunView): string {
  const fixed = /^control_fixed_(\d+)$/.exec(key)?.[1];
  const script = fixed === undefined ? undefined : plan.evaluation.controls[Number(fixed)];
  if (script === undefined) return evaluationName(key);
  return script.replace(/^run\((.*)\)$/s, '$1');
}
