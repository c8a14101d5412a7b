import { learnersOf, ROLES, type Role } from '../../machines/stages.ts';
import type { RunView } from './run-view.ts';
import { byFamily } from './shape-mix.ts';
import type { StepView } from './step-view.ts';

/** One shape has more than this share of the valid designs of a step, over all families. */
const ONE_SHAPE = 0.95;
/** Entropy of a step's shapes, nats: about that of one shape at 97 %. */
const SHAPE_FLOOR = 0.13;
/** Mean entropy of the distributions that learned tokens were drawn from, nats: nothing is left to explore. */
const TOKEN_FLOOR = 0.005;
/** Valid designs of a step that a share is told of; fewer say little. */
const FEWEST = 16;
/** Steps of a role's own in which no group had any variance. */
const IDLE_STEPS = 3;
/** Mean score of a step: hardly anything is solved any more. */
const SCORE_FLOOR = 0.02;

/**
 * What a run should be looked at for, in words: designs that have become one and the same whatever the task, and
 * roles that hardly draw anything any more. Empty if all is well.
 */
export function alarms(view: RunView): string[] {
  return [...collapse(view), ...idleness(view), ...failure(view), ...silence(view)];
}

/** The figures of the steps in which a role has learned, the last one first; none for a role that is frozen now. */
function ownSteps({ steps, step, plan }: RunView, role: Role): readonly StepView[] {
  const now = Math.min(step, plan.steps - 1);
  if (!learnersOf(now, plan).includes(role)) return [];
  return steps.filter((each) => each.role === role).toReversed();
}

/** A role whose turn it is has had nothing to learn from for some steps. */
function idleness(view: RunView): string[] {
  return ROLES.flatMap((role) => {
    const last = ownSteps(view, role).slice(0, IDLE_STEPS);
    const idle = last.length === IDLE_STEPS && last.every((each) => each.zeroVariance === each.groups);
    return idle
      ? [
          `the ${role} learns nothing from its rewards: no group had any variance in its last ${IDLE_STEPS} steps, up to step ${stepOf(last)}`,
        ]
      : [];
  });
}

/** A role whose turn it is solves nothing of what it was given: an executor may be given nothing, where all scripts are rejected. */
function failure(view: RunView): string[] {
  return ROLES.flatMap((role) => {
    const last = ownSteps(view, role).slice(0, 1);
    return last.flatMap(({ score, groups }) =>
      groups > 0 && score <= SCORE_FLOOR
        ? [`the ${role} solves next to nothing: mean score ${score.toFixed(3)} in step ${stepOf(last)}`]
        : [],
    );
  });
}

/** Number of the latest of some steps, as people count. */
function stepOf(steps: readonly StepView[]): number {
  return (steps[0]?.step ?? 0) + 1;
}

function collapse({ mixes, plan }: RunView): string[] {
  // The step under way has only a part of its designs.
  const mix = mixes.findLast((each) => total(each) >= FEWEST);
  if (mix === undefined || plan.design !== undefined || Object.keys(byFamily(mix)).length < 2) return [];
  const counts = new Map<string, number>();
  for (const [shape, count] of Object.values(mix).flatMap((each) => Object.entries(each))) {
    counts.set(shape, (counts.get(shape) ?? 0) + count);
  }
  const all = total(mix);
  const [first] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (first === undefined) return [];
  const [shape, count] = first;
  const entropy = [...counts.values()].reduce((sum, each) => sum - (each / all) * Math.log(each / all), 0);
  if (count / all <= ONE_SHAPE && entropy >= SHAPE_FLOOR) return [];
  return [
    `designs have collapsed: ${Math.round((100 * count) / all)} % are ${shape}, in all families (entropy ${entropy.toFixed(2)} nats)`,
  ];
}

/** A role whose turn it is hardly draws anything any more. */
function silence(view: RunView): string[] {
  return ROLES.flatMap((role) => {
    const last = ownSteps(view, role).find((step) => step.entropy !== null);
    if (last?.entropy == null || last.entropy >= TOKEN_FLOOR) return [];
    return [
      `the ${role}'s entropy is gone: ${last.entropy.toExponential(1)} nats per token in step ${last.step + 1}`,
    ];
  });
}

function total(mix: RunView['mixes'][number]): number {
  return Object.values(mix)
    .flatMap((shapes) => Object.values(shapes))
    .reduce((sum, count) => sum + count, 0);
}

/** Groups that taught nothing, and all groups, by the role that learned, over some steps. */
export function zeroVariance(steps: readonly StepView[]) {
  const of = (role: StepView['role']) => {
    const own = steps.filter((step) => step.role === role);
    const sum = (pick: (step: StepView) => number) => own.reduce((all, step) => all + pick(step), 0);
    return { none: sum((step) => step.zeroVariance), groups: sum((step) => step.groups) };
  };
  return { designer: of('designer'), executor: of('executor') };
}
