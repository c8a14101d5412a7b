import { pad } from './command.ts';
import type { RolloutInput, TaskRef } from './rollout.machine.ts';
import { learnersOf, type StagePlan, stageEndedAt } from './stages.ts';
import { cellName, type Tally, totals } from './tally.ts';

/** One evaluation of a run: which tasks, which design, and who plays. */
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

/**
 * The tree of a task in an evaluation, as members of its rollout's input: samples that have nothing to do with each other,
 * one design and one execution each.
 */
export function samplesOf(samples = 1): Pick<RolloutInput, 'designs' | 'executions' | 'countSolved'> {
  return { designs: samples, executions: 1, ...(samples > 1 ? { countSolved: true } : {}) };
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
    /** Samples of each task; 1 if left out. */
    readonly samples?: number;
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
export const SINGLE_AGENT = 'run(agent("solve"))';

/** What the keys of controls begin with. */
export const CONTROL = 'control_';

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
  const named = controlScripts(scripts, tallies);
  for (const [script, key] of named) yield { key, split, design: script };
  yield { key: `${CONTROL}oracle`, split, design: bestByCell(scripts, named, tallies), draws: 'oracle' };
}

/** Keys of the controls by what they play: a script with two names is played once, under the first of them. */
function controlScripts(scripts: readonly string[], tallies: Standing['tallies']): Map<string, string> {
  const named: readonly (readonly [key: string, script: string])[] = [
    [`${CONTROL}single`, SINGLE_AGENT],
    [`${CONTROL}consistency`, consistency(tallies.after ?? {})],
    ...scripts.map((script, index) => [`${CONTROL}fixed_${pad(index, 2)}`, script] as const),
  ];
  const keys = new Map<string, string>();
  for (const [key, script] of named) if (!keys.has(script)) keys.set(script, key);
  return keys;
}

/** Votes of single agents for at least as many calls as the trained system makes for a task, the designer's included. */
function consistency(after: Tally): string {
  const { tasks, calls } = totals(after);
  // Means over samples add up to a little more or less than they should.
  const votes = Math.ceil(calls / Math.max(1, tasks) - 1e-9);
  // Of two that disagree a vote takes the first, which is a single agent for twice the price.
  return voteOf(votes > 1 ? Math.max(3, votes) : 1);
}

/** A vote of so many single agents. A node repeats an agent five times at most; more are listed one by one. */
export function voteOf(votes: number): string {
  if (votes <= 1) return SINGLE_AGENT;
  const agent = 'agent("solve")';
  if (votes <= 5) return `run(vote(${agent}, ${votes}))`;
  return `run(vote([${Array.from({ length: votes }, () => agent).join(', ')}]))`;
}

/** The script with the best mean score in each cell; the first of those that are as good. */
function bestByCell(
  scripts: readonly string[],
  keys: ReadonlyMap<string, string>,
  tallies: Standing['tallies'],
): { [cell: string]: string } {
  const best = new Map<string, { readonly script: string; readonly mean: number }>();
  for (const script of scripts) {
    for (const [family, { attributes }] of Object.entries(tallies[keys.get(script) ?? ''] ?? {})) {
      for (const [attribute, { score, tasks }] of Object.entries(attributes)) {
        const cell = cellName(family, attribute);
        const mean = score / tasks;
        if (mean > (best.get(cell)?.mean ?? -1)) best.set(cell, { script, mean });
      }
    }
  }
  return Object.fromEntries([...best].map(([cell, { script }]) => [cell, script]));
}
