import { assign, emit, setup } from 'xstate';
import { type Emitted, order } from './command.ts';

export interface DesignerInput {
  readonly task: string;
  readonly family: string;
  /** A script that takes the place of what it would write: then nothing is asked of its policy. */
  readonly script?: string;
}

/** Why a script did not become a design (failure taxonomy; docs/designs.md says what each check asks). */
export const DESIGN_FAILURES = [
  /** the completion hit its token limit */
  'unfinished',
  /** nothing in the text looks like a script */
  'no-script',
  'syntax',
  /** the script threw */
  'error',
  /** never handed over a design, or more than one */
  'no-design',
  /** says what no design can say */
  'unsupported',
  'schema',
  /** an edge, a route or a judge names a node that is not there */
  'names',
  'tools',
  /** its own sampler settings where the run trains at fixed ones */
  'sampler',
  /** tries to answer the task itself */
  'self-answer',
  'unreachable',
  /** a state from which no end can be reached */
  'no-end',
  'dead-transition',
  /** a loop without a bound */
  'endless',
  /** more calls, tokens or tool steps than a design may take */
  'budget',
  /** sandbox limits: steps, memory, output */
  'sandbox',
  /** only a wall clock stopped it: the run need not be reproducible */
  'killed',
] as const;
export type DesignFailure = (typeof DESIGN_FAILURES)[number];

export type DesignerEvent =
  | {
      readonly type: 'called';
      readonly text: string;
      readonly finish: 'stop' | 'length';
      /** Tokens that were sampled. */
      readonly tokens?: number;
    }
  | {
      readonly type: 'compiled';
      readonly spec: object;
      readonly shape: string;
      readonly maxCalls: number;
    }
  | { readonly type: 'rejected'; readonly cause: DesignFailure; readonly message: string };

type Verdict =
  | { readonly ok: true; readonly spec: object; readonly shape: string; readonly maxCalls: number }
  | { readonly ok: false; readonly cause: DesignFailure; readonly message: string };

export type DesignerOutput = Verdict & {
  /** Tokens that it sampled, if there were any. */
  readonly tokens?: number;
};

interface DesignerContext extends DesignerInput {
  /** What it wrote. */
  readonly written: string;
  readonly tokens: number;
  readonly result: Verdict;
}

const UNFINISHED: Verdict = {
  ok: false,
  cause: 'unfinished',
  message: 'the script was cut off at the token limit',
};

/** The designer: reads a task, writes a script, and has it compiled. A bad script is a result, not an error. */
export const designerMachine = setup({
  types: {
    context: {} as DesignerContext,
    events: {} as DesignerEvent,
    input: {} as DesignerInput,
    output: {} as DesignerOutput,
    emitted: {} as Emitted,
  },
  actions: {
    call: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'call',
        key: 'turn/0',
        input: { role: 'designer', ask: { task: context.task } },
      }),
    ),
    compile: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'compile',
        key: 'script',
        input:
          context.script === undefined
            ? { script: context.written, task: context.task }
            : { script: context.script, task: context.task, fixed: true },
      }),
    ),
    hear: assign(({ event }) =>
      event.type === 'called' ? { written: event.text, tokens: event.tokens ?? 0 } : {},
    ),
    accept: assign(({ event }) =>
      event.type === 'compiled'
        ? {
            result: {
              ok: true as const,
              spec: event.spec,
              shape: event.shape,
              maxCalls: event.maxCalls,
            },
          }
        : {},
    ),
    reject: assign(({ event }) =>
      event.type === 'rejected'
        ? { result: { ok: false as const, cause: event.cause, message: event.message } }
        : {},
    ),
  },
  guards: {
    given: ({ context }) => context.script !== undefined,
    cutOff: ({ event }) => event.type === 'called' && event.finish === 'length',
  },
}).createMachine({
  id: 'designer',
  context: ({ input }) => ({ ...input, written: '', tokens: 0, result: UNFINISHED }),
  initial: 'beginning',
  states: {
    beginning: {
      always: [{ guard: 'given', target: 'compiling' }, { target: 'writing' }],
    },
    writing: {
      entry: 'call',
      on: {
        called: [
          { guard: 'cutOff', target: 'rejected', actions: 'hear' },
          { target: 'compiling', actions: 'hear' },
        ],
      },
    },
    compiling: {
      entry: 'compile',
      on: {
        compiled: { target: 'accepted', actions: 'accept' },
        rejected: { target: 'rejected', actions: 'reject' },
      },
    },
    accepted: { type: 'final' },
    rejected: { type: 'final', tags: 'failure' },
  },
  output: ({ context: { result, tokens } }) => ({ ...result, ...(tokens > 0 ? { tokens } : {}) }),
});
