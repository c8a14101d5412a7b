import { assign, emit, enqueueActions, setup } from 'xstate';
import { type Emitted, order, pad } from './command.ts';
import type { RolloutOutput, TaskRef } from './rollout.machine.ts';
import { emptyTally, type Tally, tallyRollout } from './tally.ts';

type Role = 'designer' | 'executor';

/** The part of a run's configuration that the session decides by. */
export interface SessionPlan {
  /** Chunks of the cold start; each is one recorded event with its weights. */
  readonly imitationChunks: number;
  readonly steps: number;
  /** K: steps of one stage. */
  readonly stageSteps: number;
  readonly firstRole: Role;
  /** M and N of a training step's rollout trees. */
  readonly designs: number;
  readonly executions: number;
  /** Branches of each executor call in steps of the executor: credit by forks, where it is given. */
  readonly draws?: number;
}

export interface SessionInput {
  readonly plan: SessionPlan;
  /** The whole configuration; hashes of the task set and the tokenizer stand beside it. */
  readonly config: object;
}

export type SessionEvent =
  | { readonly type: 'imitated'; readonly version: string; readonly loss: number }
  | { readonly type: 'picked'; readonly tasks: readonly TaskRef[] }
  | { readonly type: 'rollout.finished'; readonly key: string; readonly output: RolloutOutput }
  | { readonly type: 'credited'; readonly designerReward: number; readonly executorReward: number }
  | { readonly type: 'learned'; readonly version: string };

export interface SessionContext extends SessionInput {
  readonly chunk: number;
  readonly step: number;
  readonly role: Role;
  readonly open: number;
  readonly version: string;
  readonly calls: number;
  readonly before: Tally;
  readonly after: Tally;
}

export interface SessionOutput {
  readonly version: string;
  readonly steps: number;
  readonly calls: number;
  readonly before: Tally;
  readonly after: Tally;
}

/** Whose stage a step belongs to: K steps of the first role, K of the other, and so on. */
function roleOfStep(step: number, plan: SessionPlan): Role {
  const other: Role = plan.firstRole === 'executor' ? 'designer' : 'executor';
  return Math.floor(step / plan.stageSteps) % 2 === 0 ? plan.firstRole : other;
}

function stepKey(context: SessionContext): string {
  return `step/${pad(context.step, 4)}`;
}

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
    pickHeldOut: emit((_, { when }: { when: 'before' | 'after' }) =>
      order({ type: 'effect', effect: 'pick', key: `eval/${when}`, input: { split: 'heldOut' } }),
    ),
    pickTasks: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'pick',
        key: stepKey(context),
        input: { split: 'train', step: context.step },
      }),
    ),
    openEvaluation: enqueueActions(({ event, enqueue }, { when }: { when: 'before' | 'after' }) => {
      if (event.type !== 'picked') return;
      event.tasks.forEach((task, index) => {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'rollout',
            key: `eval/${when}/${pad(index, 4)}`,
            input: { task, designs: 1, executions: 1 },
          }),
        );
      });
    }),
    openTrees: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'picked') return;
      const { designs, executions, draws } = context.plan;
      const branches = context.role === 'executor' && draws !== undefined ? { draws } : {};
      event.tasks.forEach((task, index) => {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'rollout',
            key: `${stepKey(context)}/task/${pad(index, 3)}`,
            input: { task, designs, executions, ...branches },
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
    tally: assign(({ context, event }, { when }: { when: 'before' | 'after' }) =>
      event.type === 'rollout.finished' ? { [when]: tallyRollout(context[when], event.output) } : {},
    ),
    credit: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'credit',
        key: stepKey(context),
        input: { step: context.step, role: context.role },
      }),
    ),
    learn: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'learn',
        key: stepKey(context),
        input: { step: context.step, role: context.role },
      }),
    ),
    adopt: assign(({ event }) =>
      event.type === 'imitated' || event.type === 'learned' ? { version: event.version } : {},
    ),
    nextChunk: assign(({ context }) => ({ chunk: context.chunk + 1 })),
    nextStep: assign(({ context }) => ({
      step: context.step + 1,
      role: roleOfStep(context.step + 1, context.plan),
    })),
  },
  guards: {
    moreChunks: ({ context }) => context.chunk + 1 < context.plan.imitationChunks,
    allFinished: ({ context }) => context.open === 0,
    stepsDone: ({ context }) => context.step >= context.plan.steps,
    executorsTurn: ({ context }) => context.role === 'executor',
    designersTurn: ({ context }) => context.role === 'designer',
  },
});

/** A stage's step: pick tasks, grow their trees, assign credit from the log, learn; then see what is next. */
const stage = session.createStateConfig({
  initial: 'picking',
  states: {
    picking: {
      entry: 'pickTasks',
      on: { picked: { target: 'rollingOut', actions: ['openTrees', 'expect'] } },
    },
    rollingOut: {
      always: { guard: 'allFinished', target: 'crediting' },
      on: { 'rollout.finished': { actions: 'count' } },
    },
    crediting: { entry: 'credit', on: { credited: 'learning' } },
    learning: {
      entry: 'learn',
      on: { learned: { target: '#session.scheduling', actions: ['adopt', 'nextStep'] } },
    },
  },
});

/** Held-out tasks, one design and one execution each, both roles sampling as they do in training. */
function evaluation(when: 'before' | 'after', next: string) {
  return session.createStateConfig({
    initial: 'picking',
    states: {
      picking: {
        entry: { type: 'pickHeldOut', params: { when } },
        on: {
          picked: { target: 'rollingOut', actions: [{ type: 'openEvaluation', params: { when } }, 'expect'] },
        },
      },
      rollingOut: {
        always: { guard: 'allFinished', target: next },
        on: { 'rollout.finished': { actions: ['count', { type: 'tally', params: { when } }] } },
      },
    },
  });
}

/** One run, from the cold start over the stages of co-evolution to the last evaluation. */
export const sessionMachine = session.createMachine({
  id: 'session',
  context: ({ input }) => ({
    ...input,
    chunk: 0,
    step: 0,
    role: roleOfStep(0, input.plan),
    open: 0,
    version: '',
    calls: 0,
    before: emptyTally,
    after: emptyTally,
  }),
  initial: 'coldStart',
  states: {
    coldStart: {
      entry: 'imitate',
      on: {
        imitated: [
          { guard: 'moreChunks', target: 'coldStart', reenter: true, actions: ['adopt', 'nextChunk'] },
          { target: 'evaluationBefore', actions: 'adopt' },
        ],
      },
    },
    evaluationBefore: evaluation('before', '#session.scheduling'),
    scheduling: {
      always: [
        { guard: 'stepsDone', target: 'evaluationAfter' },
        { guard: 'executorsTurn', target: 'executorStage' },
        { guard: 'designersTurn', target: 'designerStage' },
      ],
    },
    executorStage: stage,
    designerStage: stage,
    evaluationAfter: evaluation('after', '#session.done'),
    done: { type: 'final' },
  },
  output: ({ context }) => ({
    version: context.version,
    steps: context.step,
    calls: context.calls,
    before: context.before,
    after: context.after,
  }),
});
