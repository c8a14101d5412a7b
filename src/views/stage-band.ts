import { learnersOf } from '../../machines/stages.ts';
import type { RunView } from './run-view.ts';

/** A cell of the band of stages. */
export interface BandCell {
  readonly text: string;
  readonly kind: 'coldStart' | 'evaluation' | 'executor' | 'designer' | 'coupled' | 'done';
  readonly state: 'past' | 'now' | 'future';
}

/**
 * The session's stages as a band: cold start, evaluation, the stages of K steps each by role, evaluation, done.
 * Letters say the same as the colours: `E`/`D`, or `C` where both learn, for steps that are over, small ones for those to
 * come.
 */
export function stageBand(view: RunView): BandCell[] {
  const { plan, phase, step } = view;
  const order = ['coldStart', 'before', 'steps', 'after', 'done'] as const;
  const training = phase === 'executor' || phase === 'designer' || phase === 'coupled' || phase === 'cells';
  const now = training ? 'steps' : phase;
  const at = order.indexOf(now);
  const stateOf = (name: (typeof order)[number]): BandCell['state'] => {
    const index = order.indexOf(name);
    return index < at ? 'past' : index === at ? 'now' : 'future';
  };
  const cells: BandCell[] = [
    { text: ' cold start ', kind: 'coldStart', state: stateOf('coldStart') },
    { text: ' before ', kind: 'evaluation', state: stateOf('before') },
  ];
  for (let first = 0; first < plan.steps; first += plan.stageSteps) {
    const [role = 'executor', ...others] = learnersOf(first, plan);
    const kind = others.length > 0 ? 'coupled' : role;
    const letter = kind[0] ?? '';
    const end = Math.min(plan.steps, first + plan.stageSteps);
    let text = '';
    for (let each = first; each < end; each++)
      text += each < step || phase === 'done' ? letter.toUpperCase() : letter;
    // The cells of a stage are evaluated when it is over, before the next one begins.
    const at = phase === 'cells' ? step - 1 : step;
    const state =
      stateOf('steps') !== 'now' ? stateOf('steps') : at >= end ? 'past' : at >= first ? 'now' : 'future';
    cells.push({ text, kind, state });
  }
  cells.push({ text: ' after ', kind: 'evaluation', state: stateOf('after') });
  cells.push({ text: ' done ', kind: 'done', state: phase === 'done' ? 'now' : 'future' });
  return cells;
}

/** What the run does right now, in words. */
export function activityOf(view: RunView): string {
  switch (view.phase) {
    case 'coldStart':
      return `cold start: learning from demonstrations, chunk ${Math.min(view.losses.length + 1, view.plan.imitationChunks)} of ${view.plan.imitationChunks}`;
    case 'before':
      return 'held-out evaluation before reinforcement';
    case 'cells':
      return `evaluation after a stage: ${evaluationName(view.scope)}`;
    case 'after':
      return view.scope === 'eval/after'
        ? 'held-out evaluation after reinforcement'
        : `evaluation after reinforcement: ${evaluationName(view.scope)}`;
    case 'coupled':
      return `step ${view.step + 1} of ${view.plan.steps}: both roles learn`;
    case 'done':
      return 'done';
    default:
      return `step ${view.step + 1} of ${view.plan.steps}: the ${view.phase} learns`;
  }
}

/** An evaluation in words: `stage 2, old designer`, `control: fixed 3`. */
export function evaluationName(scope: string): string {
  return scope
    .replace(/^eval\//, '')
    .replace(/^stage_0*(\d+)/, 'stage $1')
    .replace('_old_', ', old ')
    .replace('control_', 'control: ')
    .replace(/fixed_0*(\d+)/, 'fixed $1');
}

/** How much of what it does right now is done, 0 … 1. */
export function activityShare(view: RunView): number {
  if (view.phase === 'coldStart') return view.losses.length / Math.max(1, view.plan.imitationChunks);
  if (view.phase === 'done') return 1;
  return view.progress.of === 0 ? 0 : view.progress.done / view.progress.of;
}
