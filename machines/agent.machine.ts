import { assign, emit, setup } from 'xstate';
import { type Emitted, order } from './command.ts';

/** A tool of the kit, or a function of the design's own script. */
export interface AgentTool {
  readonly name: string;
  readonly description?: string;
  /** Reference to the function, and the script it is in. */
  readonly python?: string;
  readonly script?: string;
}

/** What an agent is asked: the task, and what its node adds to it. */
export interface AgentInput {
  readonly name: string;
  readonly task: string;
  /** Where every agent sees a copy of its own of the task: the family that says how copies differ. */
  readonly family?: string;
  /** The role that the design gives it. */
  readonly prompt?: string;
  /** Placeholders in it are filled. */
  readonly fill?: true;
  /** The tools it may call, if any. */
  readonly tools?: readonly AgentTool[];
  /** Answers of other nodes that its contract lets it see, oldest first. */
  readonly sees?: readonly { readonly name: string; readonly text: string }[];
  /** An earlier answer to revise, and what was said about it. */
  readonly draft?: string;
  readonly feedback?: string;
  /** Names that it is to choose from. */
  readonly choices?: readonly string[];
  /** Policy calls it may make at most; the last one must answer. */
  readonly maxTurns: number;
  /** Sampler settings of its own, in place of the run's. */
  readonly temperature?: number;
  readonly tokens?: number;
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
      /** Tokens of the completion. */
      readonly tokens?: number;
      /** Taken from the execution that this one is a branch of, not sampled. */
      readonly reused?: true;
    }
  | {
      readonly type: 'tool.returned';
      readonly text: string;
      /** `killed`: only a wall clock stopped it. */
      readonly failure?: string;
    };

/** What an agent hands back to its node. A failure has a cause and is a result like any other. */
export type AgentOutput = (
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: 'length' | 'turns' }
) & {
  readonly calls: number;
  /** Tokens that it sampled, if there were any. */
  readonly sampled?: number;
  /** Those of its calls that were not sampled, if there were any. */
  readonly reused?: number;
  /** Tool calls that only a wall clock stopped, if there were any. */
  readonly killed?: number;
};

interface AgentContext extends AgentInput {
  readonly turns: readonly Turn[];
  readonly calls: number;
  readonly sampled: number;
  readonly reused: number;
  readonly killed: number;
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
            name: context.name,
            task: context.task,
            ...given('family', context.family),
            turns: context.turns,
            ...given('prompt', context.prompt),
            ...given('fill', context.fill),
            ...given('tools', context.tools),
            ...given('sees', context.sees),
            ...given('draft', context.draft),
            ...given('feedback', context.feedback),
            ...given('choices', context.choices),
          },
          ...given('temperature', context.temperature),
          ...given('tokens', context.tokens),
        },
      }),
    ),
    useTool: emit(({ context }) =>
      order({
        type: 'effect',
        effect: 'tool',
        key: `tool/${context.turns.length}`,
        input: toolCall(context.tools ?? [], context.text),
      }),
    ),
    hear: assign(({ context, event }) =>
      event.type === 'called'
        ? {
            text: event.text,
            calls: context.calls + 1,
            sampled: context.sampled + (event.reused === true ? 0 : (event.tokens ?? 0)),
            reused: context.reused + (event.reused === true ? 1 : 0),
          }
        : {},
    ),
    note: assign(({ context, event }) =>
      event.type === 'tool.returned'
        ? {
            turns: [...context.turns, { call: context.text, result: event.text }],
            killed: context.killed + (event.failure === 'killed' ? 1 : 0),
          }
        : {},
    ),
    fail: assign((_, params: { cause: 'length' | 'turns' }) => ({ cause: params.cause })),
  },
  guards: {
    cutOff: ({ event }) => event.type === 'called' && event.finish === 'length',
    wantsTool: ({ context, event }) =>
      event.type === 'called' && event.asksTool && context.tools !== undefined,
    outOfTurns: ({ context, event }) =>
      event.type === 'called' &&
      event.asksTool &&
      context.tools !== undefined &&
      context.calls + 1 >= context.maxTurns,
  },
}).createMachine({
  id: 'agent',
  context: ({ input }) => ({
    ...input,
    turns: [],
    calls: 0,
    sampled: 0,
    reused: 0,
    killed: 0,
    text: '',
    cause: null,
  }),
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
  output: ({ context: { cause, text, calls, sampled, reused, killed } }) => ({
    ...(cause === null ? { ok: true, text } : { ok: false, cause }),
    calls,
    ...(sampled > 0 ? { sampled } : {}),
    ...(reused > 0 ? { reused } : {}),
    ...(killed > 0 ? { killed } : {}),
  }),
});

/** A member of an object, or none where there is no value. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: Value };
}

/** With one tool the whole text is its input; with several, the first word names the tool. */
function toolCall(tools: readonly AgentTool[], text: string): { tool: AgentTool | null; input: string } {
  const [only] = tools;
  if (tools.length === 1 && only !== undefined) return { tool: only, input: text };
  const cut = text.search(/\s|$/);
  const tool = tools.find(({ name }) => name === text.slice(0, cut));
  return { tool: tool ?? null, input: text.slice(cut).trim() };
}
