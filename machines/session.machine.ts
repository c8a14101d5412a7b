import { assign, emit, enqueueActions, setup } from 'xstate';
import { type Emitted, order, pad } from './command.ts';
import { inPlace, nextEvaluation, samplesOf } from './evaluations.ts';
import {
  learners,
  lesson,
  type RoleParams,
  type SessionContext,
  type SessionEvent,
  type SessionInput,
  type SessionOutput,
  stepKey,
} from './session-context.ts';
import type { Role } from './stages.ts';
import { emptyTally, tallyRollout } from './tally.ts';

const session = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
    output: {} as SessionOutput,
    emitted: {} as Emitted,
  },
  actions: {
    imitate: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'imitate',
        key: `cold-start/${pad(context.chunk, 2)}`,
        input: { chunk: context.chunk, last: context.chunk + 1 === context.plan.imitationChunks },
      }),
    ),
    chooseEvaluation: assign(({ context }) => ({ evaluation: nextEvaluation(context.plan, context) })),
    pickEvaluated: enqueueActions(({ context: { evaluation }, enqueue }) => {
      if (evaluation === null) return;
      const { key, split, tasks, designer, executor, draws = split } = evaluation;
      enqueue.emit(
        order({
          type: 'effect',
          effect: 'pick',
          key: `eval/${key}`,
          input: {
            split,
            draws,
            ...(tasks === undefined ? {} : { tasks }),
            ...(designer === undefined ? {} : { designer }),
            ...(executor === undefined ? {} : { executor }),
          },
        }),
      );
    }),
    pickTasks: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'pick',
        key: stepKey(context),
        input: { split: 'train', step: context.step },
      }),
    ),
    openEvaluation: enqueueActions(({ context: { evaluation, plan }, event, enqueue }) => {
      if (event.type !== 'picked' || evaluation === null) return;
      const { key, design } = evaluation;
      event.tasks.forEach((task, index) => {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'rollout',
            key: `eval/${key}/${pad(index, 4)}`,
            input: { task, ...samplesOf(plan.evaluation?.samples), ...inPlace(design, task) },
          }),
        );
      });
    }),
    openTrees: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'picked') return;
      const { designs, executions, draws, design } = context.plan;
      const branches = learners(context).includes('executor') && draws !== undefined ? { draws } : {};
      event.tasks.forEach((task, index) => {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'rollout',
            key: `${stepKey(context)}/task/${pad(index, 3)}`,
            input: { task, designs, executions, ...inPlace(design, task), ...branches },
          }),
        );
      });
    }),
    expect: assign(({ event }) => (event.type === 'picked' ? { open: event.tasks.length } : {})),
    count: assign(({ context, event }) =>
      event.type === 'rollout.finished'
        ? { open: context.open - 1, calls: context.calls + event.output.calls }
        : {},
    ),
    beginTally: assign(({ context: { evaluation, tallies } }) =>
      evaluation === null ? {} : { tallies: { ...tallies, [evaluation.key]: emptyTally } },
    ),
    tally: assign(({ context: { evaluation, tallies }, event }) => {
      if (event.type !== 'rollout.finished' || evaluation === null) return {};
      const before = tallies[evaluation.key] ?? emptyTally;
      return { tallies: { ...tallies, [evaluation.key]: tallyRollout(before, event.output) } };
    }),
    beginStage: assign(({ context: { step, plan, label } }) =>
      step % plan.stageSteps === 0 ? { began: label } : {},
    ),
    credit: emit(({ context }, params: RoleParams) =>
      order({ type: 'effect', effect: 'credit', ...lesson(context, params) }),
    ),
    learn: emit(({ context }, params: RoleParams) =>
      order({ type: 'effect', effect: 'learn', ...lesson(context, params) }),
    ),
    adopt: assign(({ event }) =>
      event.type === 'imitated' || event.type === 'learned'
        ? { version: event.version, label: event.label }
        : {},
    ),
    nextChunk: assign(({ context }) => ({ chunk: context.chunk + 1 })),
    nextStep: assign(({ context }) => ({ step: context.step + 1 })),
  },
  guards: {
    moreChunks: ({ context }) => context.chunk + 1 < context.plan.imitationChunks,
    allFinished: ({ context }) => context.open === 0,
    evaluationDue: ({ context }) => nextEvaluation(context.plan, context) !== null,
    stepsDone: ({ context }) => context.step >= context.plan.steps,
    bothLearn: ({ context }) => learners(context).length > 1,
    executorLearns: ({ context }) => learners(context)[0] === 'executor',
    designerLearns: ({ context }) => learners(context)[0] === 'designer',
  },
});

/** The first states of a step: pick tasks, and grow their trees. */
const growing = {
  picking: session.createStateConfig({
    entry: 'pickTasks',
    on: { picked: { target: 'rollingOut', actions: ['openTrees', 'expect'] } },
  }),
  rollingOut: session.createStateConfig({
    always: { guard: 'allFinished', target: 'crediting' },
    on: { 'rollout.finished': { actions: 'count' } },
  }),
};

/** A step in which one role learns: trees, credit from the log, learning; then see what is next. */
function stage(role: Role) {
  return session.createStateConfig({
    initial: 'picking',
    entry: 'beginStage',
    states: {
      ...growing,
      crediting: { entry: { type: 'credit', params: { role } }, on: { credited: 'learning' } },
      learning: {
        entry: { type: 'learn', params: { role } },
        on: { learned: { target: '#session.scheduling', actions: ['adopt', 'nextStep'] } },
      },
    },
  });
}

/** A step in which both roles learn: both are credited from the same trees before either learns, the executor first. */
const coupledStage = session.createStateConfig({
  initial: 'picking',
  entry: 'beginStage',
  states: {
    ...growing,
    crediting: {
      entry: { type: 'credit', params: { role: 'executor' } },
      on: { credited: 'creditingDesigner' },
    },
    creditingDesigner: {
      entry: { type: 'credit', params: { role: 'designer' } },
      on: { credited: 'learning' },
    },
    learning: {
      entry: { type: 'learn', params: { role: 'executor' } },
      on: { learned: { target: 'learningDesigner', actions: 'adopt' } },
    },
    learningDesigner: {
      entry: { type: 'learn', params: { role: 'designer' } },
      on: { learned: { target: '#session.scheduling', actions: ['adopt', 'nextStep'] } },
    },
  },
});

/** One run, from the cold start over the stages of co-evolution to the last evaluation. */
export const sessionMachine = session.createMachine({
  id: 'session',
  context: ({ input }) => ({
    ...input,
    chunk: 0,
    step: 0,
    open: 0,
    version: '',
    label: '',
    began: '',
    calls: 0,
    evaluation: null,
    tallies: {},
  }),
  initial: 'coldStart',
  states: {
    coldStart: {
      entry: 'imitate',
      on: {
        imitated: [
          { guard: 'moreChunks', target: 'coldStart', reenter: true, actions: ['adopt', 'nextChunk'] },
          { target: 'scheduling', actions: 'adopt' },
        ],
      },
    },
    scheduling: {
      always: [
        { guard: 'evaluationDue', target: 'evaluating' },
        { guard: 'stepsDone', target: 'done' },
        { guard: 'bothLearn', target: 'coupledStage' },
        { guard: 'executorLearns', target: 'executorStage' },
        { guard: 'designerLearns', target: 'designerStage' },
      ],
    },
    // Both roles sample as they do in training.
    evaluating: {
      entry: 'chooseEvaluation',
      initial: 'picking',
      states: {
        picking: {
          entry: 'pickEvaluated',
          on: { picked: { target: 'rollingOut', actions: ['beginTally', 'openEvaluation', 'expect'] } },
        },
        rollingOut: {
          always: { guard: 'allFinished', target: '#session.scheduling' },
          on: { 'rollout.finished': { actions: ['count', 'tally'] } },
        },
      },
    },
    executorStage: stage('executor'),
    designerStage: stage('designer'),
    coupledStage,
    done: { type: 'final' },
  },
  output: ({ context: { version, step, calls, tallies } }) => ({ version, steps: step, calls, tallies }),
});
