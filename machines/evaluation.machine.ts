import { assign, enqueueActions, setup } from 'xstate';
import { type Emitted, order, pad } from './command.ts';
import { samplesOf } from './evaluations.ts';
import type { RolloutOutput, TaskRef } from './rollout.machine.ts';
import { emptyTally, type Tally, tallyRollout } from './tally.ts';

export interface EvaluationInput {
  readonly tasks: readonly TaskRef[];
  /** A design that takes the designer's place on every task; or one for each task. */
  readonly script?: string | readonly string[];
  /** Designs of each task, with one execution each; 1 if left out. */
  readonly samples?: number;
  /** Number of the first task, where others were scored before it: draws are named by it. */
  readonly first?: number;
}

export type EvaluationEvent = {
  readonly type: 'rollout.finished';
  readonly key: string;
  readonly output: RolloutOutput;
};

interface EvaluationContext extends EvaluationInput {
  readonly open: number;
  readonly tally: Tally;
}

/** The design that takes the designer's place on a task, if there is one. */
function fixedDesign({ script }: EvaluationInput, index: number): { readonly script?: string } {
  const design = typeof script === 'object' ? script[index] : script;
  return design === undefined ? {} : { script: design };
}

/** `troupe eval`: samples of each of a list of tasks, outside of any training. */
export const evaluationMachine = setup({
  types: {
    context: {} as EvaluationContext,
    events: {} as EvaluationEvent,
    input: {} as EvaluationInput,
    output: {} as Tally,
    emitted: {} as Emitted,
  },
  actions: {
    openTasks: enqueueActions(({ context, enqueue }) => {
      context.tasks.forEach((task, index) => {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'rollout',
            key: `eval/now/${pad((context.first ?? 0) + index, 4)}`,
            input: { task, ...samplesOf(context.samples), ...fixedDesign(context, index) },
          }),
        );
      });
    }),
    count: assign(({ context, event }) => ({
      open: context.open - 1,
      tally: tallyRollout(context.tally, event.output),
    })),
  },
  guards: { allFinished: ({ context }) => context.open === 0 },
}).createMachine({
  id: 'evaluation',
  context: ({ input }) => ({ ...input, open: input.tasks.length, tally: emptyTally }),
  initial: 'rollingOut',
  states: {
    rollingOut: {
      entry: 'openTasks',
      always: { guard: 'allFinished', target: 'done' },
      on: { 'rollout.finished': { actions: 'count' } },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => context.tally,
});
