import { pad } from './command.ts';
import type { TaskRef } from './rollout.machine.ts';
import { learnersOf, type StagePlan, stageEndedAt } from './stages.ts';
import { cellName, type Tally, totals } from './tally.ts';

/** One evaluation of a run: which tasks, which design, and who plays. One design and one execution for each task. */
export interface Evaluation {
  /** Names its streams: `eval/KEY/0007`. Letters, digits and `_`. */
  readonly key: string;
  readonly split: 'heldOut' | 'harder';
  /** Tasks of each family; all if left out. */
  readonly tasks?: number;
  /** Designs that take the designer's place. */
  readonly design?: FixedDesign;
  /** Labels of older weights that play a role. */
  readonly designer?: string;
  readonly executor?: string;
  /**
   * Name of its random streams, if not the split's. Evaluations on a split draw from the same streams, so that they
   * differ by who plays and by nothing else (common random numbers).
   */
  readonly draws?: string;
}

/** A script for every task, or scripts by the task's cell (`family/attribute`) or its family. */
export type FixedDesign = string | { readonly [kind: string]: string };

/** What takes the designer's place for a task, as a member of its rollout's input; nothing where a designer writes. */
export function inPlace(
  design: FixedDesign | undefined,
  { family, attribute }: Pick<TaskRef, 'family' | 'attribute'>,
): { readonly script?: string } {
  const script =
    typeof design === 'object' ? (design[cellName(family, attribute)] ?? design[family]) : design;
  return script === undefined ? {} : { script };
}

/** The part of a plan that evaluations follow from. */
export interface EvaluationPlan extends StagePlan {
  /** A fixed design that takes the designer's place throughout. */
  readonly design?: FixedDesign | undefined;
  readonly policies?: 'shared' | 'per-role';
  readonly evaluation?: {
    /** Tasks of each family for the cells after a stage; 0 for none. */
    readonly cellTasks: number;
    /** Whether there are harder tasks. */
    readonly harder: boolean;
    /** The fixed designs that controls play; none turns controls off. */
    readonly controls: readonly string[];
  };
}

/** How far a run is. */
export interface Standing {
  /** Steps that are over. */
  readonly step: number;
  /** Labels of the weights that the last stage began with. */
  readonly began: string;
  readonly tallies: { readonly [key: string]: Tally };
}

/** The design of a single agent. */
const SINGLE = 'run(agent("solve"))';

/** Voters that self-consistency has at most. */
const MOST_VOTES = 5;

/** The first evaluation that is due and not made yet; null if training goes on, or nothing is left. */
export function nextEvaluation(plan: EvaluationPlan, standing: Standing): Evaluation | null {
  for (const evaluation of due(plan, standing)) {
    if (!(evaluation.key in standing.tallies)) return evaluation;
  }
  return null;
}

/** What is due after so many steps, in order. Lazy: later ones may depend on what earlier ones found. */
function* due(plan: EvaluationPlan, { step, began, tallies }: Standing): Generator<Evaluation> {
  const { design, evaluation } = plan;
  const fixed = design === undefined ? {} : { design };
  if (step === 0) yield { key: 'before', split: 'heldOut', ...fixed };
  yield* cells(plan, step, began);
  if (step < plan.steps) return;
  yield { key: 'after', split: 'heldOut', ...fixed };
  if (evaluation?.harder === true) yield { key: 'harder', split: 'harder', ...fixed };
  yield* controls(evaluation?.controls ?? [], tallies);
}

/**
 * The cells after a stage: {old, new} designer × {old, new} executor, where old is what the stage began with. Three are
 * evaluated at most, since old × old is what the stage before came to. Of a role that cannot have changed there
 * is no old one, and what `before` and `after` tell is not asked again.
 */
function* cells(plan: EvaluationPlan, step: number, began: string): Generator<Evaluation> {
  const stage = stageEndedAt(step, plan);
  const tasks = plan.evaluation?.cellTasks ?? 0;
  if (stage === null || tasks === 0) return;
  const fixed = plan.design === undefined ? {} : { design: plan.design };
  const common = { split: 'heldOut' as const, tasks, ...fixed };
  if (step < plan.steps) yield { ...common, key: stageKey(stage) };
  if (changesBoth(plan, step)) {
    yield { ...common, key: stageKey(stage, 'designer'), designer: began };
    yield { ...common, key: stageKey(stage, 'executor'), executor: began };
  }
}

/** Whether both roles play otherwise after the stage that ends at `step`: with shared weights they always do. */
export function changesBoth(plan: EvaluationPlan, step: number): boolean {
  if (plan.design !== undefined) return false;
  return plan.policies !== 'per-role' || learnersOf(step - 1, plan).length > 1;
}

/** Key of what a stage came to, or of that with the old one in a role's place. */
export function stageKey(stage: number, old?: 'designer' | 'executor'): string {
  return `stage_${pad(stage, 3)}${old === undefined ? '' : `_old_${old}`}`;
}

/**
 * Controls with the trained executor: a single agent, self-consistency at the same number of calls, every fixed
 * design, and the best of these for each cell of tasks (the oracle, under draws of its own, so that what was best by
 * luck is not the best again).
 */
function* controls(scripts: readonly string[], tallies: Standing['tallies']): Generator<Evaluation> {
  if (scripts.length === 0) return;
  const split = 'heldOut';
  yield { key: 'control_single', split, design: SINGLE };
  yield { key: 'control_consistency', split, design: consistency(tallies.after ?? {}) };
  for (const [index, design] of scripts.entries()) yield { key: fixedKey(index), split, design };
  yield { key: 'control_oracle', split, design: bestByCell(scripts, tallies), draws: 'oracle' };
}

/** Key of the control that plays the fixed design of this index. */
export function fixedKey(index: number): string {
  return `control_fixed_${pad(index, 2)}`;
}

/**
 * Votes of single agents for about as many calls as the trained system makes for a task, the designer's call included:
 * that favours the control.
 */
function consistency(after: Tally): string {
  const { tasks, calls } = totals(after);
  const votes = Math.min(MOST_VOTES, Math.max(1, Math.round(calls / Math.max(1, tasks))));
  return votes === 1 ? SINGLE : `run(vote(agent("solve"), ${votes}))`;
}

/** The script with the best mean score in each cell; the first of those that are as good. */
function bestByCell(scripts: readonly string[], tallies: Standing['tallies']): { [cell: string]: string } {
  const best = new Map<string, { readonly script: string; readonly mean: number }>();
  for (const [index, script] of scripts.entries()) {
    for (const [family, { attributes }] of Object.entries(tallies[fixedKey(index)] ?? {})) {
      for (const [attribute, { score, tasks }] of Object.entries(attributes)) {
        const cell = cellName(family, attribute);
        const mean = score / tasks;
        if (mean > (best.get(cell)?.mean ?? -1)) best.set(cell, { script, mean });
      }
    }
  }
  return Object.fromEntries([...best].map(([cell, { script }]) => [cell, script]));
}
