import { assign, emit, enqueueActions, setup } from 'xstate';
import { type Emitted, order, pad } from './command.ts';
import type { DesignerOutput } from './designer.machine.ts';
import type { ExecutionOutput } from './execution.machine.ts';
import { redrawKey } from './redraw.ts';

/** A task as it travels between actors; the verifier finds its tests by `id`. */
export interface TaskRef {
  readonly id: string;
  readonly family: string;
  /** What can be seen in the text and decides which design is best; tasks of one attribute are counted together. */
  readonly attribute?: string;
  readonly text: string;
  /** Agents see copies of the text that differ. */
  readonly copied?: true;
}

export interface RolloutInput {
  readonly task: TaskRef;
  /** M: designs drawn for the task. */
  readonly designs: number;
  /** N: executions of each valid design. */
  readonly executions: number;
  /** A script that every design is, in place of what a designer would write: no designer is asked. */
  readonly script?: string;
  /** Branches of each call of the executions, for credit by forks; none where it is left out. */
  readonly draws?: number;
  /** Its executions are samples of an evaluation, of which those that solve the task are counted. */
  readonly countSolved?: true;
}

export type RolloutEvent =
  | { readonly type: 'designer.finished'; readonly key: string; readonly output: DesignerOutput }
  | { readonly type: 'execution.finished'; readonly key: string; readonly output: ExecutionOutput }
  | { readonly type: 'recalled'; readonly key: string; readonly calls: readonly string[] };

/** The tree in numbers. Rewards and credit are computed from the log, not from here. */
export interface RolloutOutput {
  readonly family: string;
  /** The task's, if it has one. */
  readonly attribute?: string;
  readonly designs: number;
  /** Valid designs by shape. */
  readonly shapes: { readonly [shape: string]: number };
  /** Rejected scripts by cause. */
  readonly rejected: { readonly [cause: string]: number };
  readonly executions: number;
  /** Executions without an answer, by cause. */
  readonly failed: { readonly [cause: string]: number };
  /** Programs that only a wall clock stopped: where there are any, the run need not be reproducible. */
  readonly killed?: number;
  /** Sum of the executions' scores; a rejected design counts as N executions with score 0 in accuracies. */
  readonly score: number;
  /** Executions with score 1, where they were to be counted: scores in between make it another number than their sum. */
  readonly solved?: number;
  readonly calls: number;
  /** Tokens that designers and executions sampled; those of branches are not among them. */
  readonly tokens?: number;
  /** Branches of its executions, and those of the calls above that they cost, if there were any. */
  readonly branches?: number;
  readonly branchCalls?: number;
}

interface RolloutContext extends RolloutInput {
  readonly designed: number;
  readonly open: number;
  /** Specs of the valid designs: their executions begin with them, and so do branches. */
  readonly specs: { readonly [design: string]: object };
  readonly result: RolloutOutput;
}

/** One task's rollout tree: M designs, then N executions of each that compiled, then branches of those if it is asked for. */
export const rolloutMachine = setup({
  types: {
    context: {} as RolloutContext,
    events: {} as RolloutEvent,
    input: {} as RolloutInput,
    output: {} as RolloutOutput,
    emitted: {} as Emitted,
  },
  actions: {
    openDesigners: enqueueActions(({ context, enqueue }) => {
      for (let index = 0; index < context.designs; index++) {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'designer',
            key: `design/${index}`,
            input: {
              task: context.task.text,
              family: context.task.family,
              ...(context.script === undefined ? {} : { script: context.script }),
            },
          }),
        );
      }
    }),
    openExecutions: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'designer.finished' || !event.output.ok) return;
      for (let index = 0; index < context.executions; index++) {
        enqueue.emit(
          order({
            type: 'open',
            actor: 'execution',
            key: `${event.key}/exec/${pad(index, 2)}`,
            input: { task: context.task, spec: event.output.spec },
          }),
        );
      }
    }),
    countDesign: assign(({ context, event }) => {
      if (event.type !== 'designer.finished') return {};
      const { output } = event;
      const { result } = context;
      const base = {
        ...result,
        designs: result.designs + 1,
        calls: result.calls + (context.script === undefined ? 1 : 0),
        tokens: (result.tokens ?? 0) + (output.tokens ?? 0),
      };
      return {
        designed: context.designed + 1,
        open: context.open + (output.ok ? context.executions : 0),
        ...(output.ok ? { specs: { ...context.specs, [event.key]: output.spec } } : {}),
        result: output.ok
          ? { ...base, shapes: increment(result.shapes, output.shape) }
          : {
              ...withKilled(base, output.cause === 'killed' ? 1 : 0),
              rejected: increment(result.rejected, output.cause),
            },
      };
    }),
    countExecution: assign(({ context, event }) => {
      if (event.type !== 'execution.finished') return {};
      const { result } = context;
      const { score, calls, tokens = 0, cause, killed = 0 } = event.output;
      return {
        open: context.open - 1,
        result: {
          ...withKilled(result, killed),
          executions: result.executions + 1,
          failed: cause === null ? result.failed : increment(result.failed, cause),
          score: result.score + score,
          ...(result.solved === undefined ? {} : { solved: result.solved + (score >= 1 ? 1 : 0) }),
          calls: result.calls + calls,
          tokens: (result.tokens ?? 0) + tokens,
        },
      };
    }),
    recall: emit(order({ type: 'effect', effect: 'recall', key: 'calls', input: {} })),
    openBranches: enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'recalled') return;
      for (const call of event.calls) {
        const spec = context.specs[designOf(call)];
        for (let draw = 0; draw < (context.draws ?? 0); draw++) {
          enqueue.emit(
            order({
              type: 'open',
              actor: 'execution',
              key: redrawKey(call, draw),
              input: { task: context.task, spec },
            }),
          );
        }
      }
    }),
    expectBranches: assign(({ context, event }) =>
      event.type === 'recalled' ? { open: event.calls.length * (context.draws ?? 0) } : {},
    ),
    countBranch: assign(({ context, event }) => {
      if (event.type !== 'execution.finished') return {};
      const { result } = context;
      const { calls, reused = 0, killed = 0 } = event.output;
      return {
        open: context.open - 1,
        result: {
          ...withKilled(result, killed),
          calls: result.calls + calls - reused,
          branches: (result.branches ?? 0) + 1,
          branchCalls: (result.branchCalls ?? 0) + calls - reused,
        },
      };
    }),
  },
  guards: {
    allDesigned: ({ context }) => context.designed === context.designs,
    allFinished: ({ context }) => context.open === 0,
    toBranch: ({ context: { open, draws, result } }) =>
      open === 0 && draws !== undefined && result.executions > 0,
  },
}).createMachine({
  id: 'rollout',
  context: ({ input }) => ({
    ...input,
    designed: 0,
    open: 0,
    specs: {},
    result: {
      family: input.task.family,
      ...(input.task.attribute === undefined ? {} : { attribute: input.task.attribute }),
      designs: 0,
      shapes: {},
      rejected: {},
      executions: 0,
      failed: {},
      score: 0,
      ...(input.countSolved === true ? { solved: 0 } : {}),
      calls: 0,
      tokens: 0,
    },
  }),
  initial: 'designing',
  states: {
    designing: {
      entry: 'openDesigners',
      always: { guard: 'allDesigned', target: 'executing' },
      on: { 'designer.finished': { actions: ['openExecutions', 'countDesign'] } },
    },
    executing: {
      always: [
        { guard: 'toBranch', target: 'recalling' },
        { guard: 'allFinished', target: 'finished' },
      ],
      on: { 'execution.finished': { actions: 'countExecution' } },
    },
    // Credit by forks: each call of each execution is drawn anew, and its branch played to the end.
    recalling: {
      entry: 'recall',
      on: { recalled: { target: 'branching', actions: ['openBranches', 'expectBranches'] } },
    },
    branching: {
      always: { guard: 'allFinished', target: 'finished' },
      on: { 'execution.finished': { actions: 'countBranch' } },
    },
    finished: { type: 'final' },
  },
  output: ({ context }) => context.result,
});

/** `design/1` of a call such as `design/1/exec/00/agent/solve/turn/0`. */
function designOf(call: string): string {
  return call.slice(0, call.indexOf('/exec/'));
}

function withKilled(result: RolloutOutput, killed: number): RolloutOutput {
  return killed === 0 ? result : { ...result, killed: (result.killed ?? 0) + killed };
}

function increment(counts: { readonly [name: string]: number }, name: string): { [name: string]: number } {
  return { ...counts, [name]: (counts[name] ?? 0) + 1 };
}
