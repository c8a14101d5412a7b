import { assign, emit, setup } from 'xstate';
import { type Emitted, order } from './command.ts';

/** What an agent is asked: the task, and what its node adds to it. */
export interface AgentInput {
  readonly name: string;
  readonly task: string;
  /** The tool it may call, if any. */
  readonly tool?: string;
  /** An earlier answer to revise, and what its tests said. */
  readonly draft?: string;
  readonly feedback?: string;
  /** Policy calls it may make at most; the last one must answer. */
  readonly maxTurns: number;
}

interface Turn {
  readonly call: string;
  readonly result: string;
}

export type AgentEvent =
  | {
      readonly type: 'called';
      readonly text: string;
      readonly finish: 'stop' | 'length';
      readonly asksTool: boolean;
    }
  | { readonly type: 'tool.returned'; readonly text: string };

/** What an agent hands back to its node. A failure has a cause and is a result like any other. */
export type AgentOutput =
  | { readonly ok: true; readonly text: string; readonly calls: number }
  | { readonly ok: false; readonly cause: 'length' | 'turns'; readonly calls: number };

interface AgentContext extends AgentInput {
  readonly turns: readonly Turn[];
  readonly calls: number;
  readonly text: string;
  readonly cause: 'length' | 'turns' | null;
}

/** One agent: calls its policy, uses its tool while the policy asks for it, and answers. */
export const agentMachine = setup({
  types: {
    context: {} as AgentContext,
    events: {} as AgentEvent,
    input: {} as AgentInput,
    output: {} as AgentOutput,
    emitted: {} as Emitted,
  },
  actions: {
    call: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'call',
        key: `turn/${context.calls}`,
        input: {
          role: 'executor',
          ask: {
            task: context.task,
            turns: context.turns,
            ...(context.tool === undefined ? {} : { tool: context.tool }),
            ...(context.draft === undefined ? {} : { draft: context.draft }),
            ...(context.feedback === undefined ? {} : { feedback: context.feedback }),
          },
        },
      }),
    ),
    useTool: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'tool',
        key: `tool/${context.turns.length}`,
        input: { name: context.tool, input: context.text },
      }),
    ),
    hear: assign(({ context, event }) =>
      event.type === 'called' ? { text: event.text, calls: context.calls + 1 } : {},
    ),
    note: assign(({ context, event }) =>
      event.type === 'tool.returned'
        ? { turns: [...context.turns, { call: context.text, result: event.text }] }
        : {},
    ),
    fail: assign((_, params: { cause: 'length' | 'turns' }) => ({ cause: params.cause })),
  },
  guards: {
    cutOff: ({ event }) => event.type === 'called' && event.finish === 'length',
    wantsTool: ({ context, event }) =>
      event.type === 'called' && event.asksTool && context.tool !== undefined,
    outOfTurns: ({ context, event }) =>
      event.type === 'called' &&
      event.asksTool &&
      context.tool !== undefined &&
      context.calls + 1 >= context.maxTurns,
  },
}).createMachine({
  id: 'agent',
  context: ({ input }) => ({ ...input, turns: [], calls: 0, text: '', cause: null }),
  initial: 'calling',
  states: {
    calling: {
      entry: 'call',
      on: {
        called: [
          {
            guard: 'cutOff',
            target: 'failed',
            actions: ['hear', { type: 'fail', params: { cause: 'length' } }],
          },
          {
            guard: 'outOfTurns',
            target: 'failed',
            actions: ['hear', { type: 'fail', params: { cause: 'turns' } }],
          },
          { guard: 'wantsTool', target: 'usingTool', actions: 'hear' },
          { target: 'answered', actions: 'hear' },
        ],
      },
    },
    usingTool: {
      entry: 'useTool',
      on: { 'tool.returned': { target: 'calling', actions: 'note' } },
    },
    answered: { type: 'final' },
    failed: { type: 'final', tags: 'failure' },
  },
  output: ({ context: { cause, text, calls } }) =>
    cause === null ? { ok: true, text, calls } : { ok: false, cause, calls },
});
