import { assign, emit, setup } from 'xstate';
import type { AgentOutput } from './agent.machine.ts';
import { type Emitted, order } from './command.ts';
import type { TaskRef } from './rollout.machine.ts';

export interface ExecutionInput {
  readonly task: TaskRef;
  /** The validated MAS spec that the machine was compiled from; kept with the execution in the log. */
  readonly spec: object;
}

/** What one node of a design came to: an answer's text, or the cause of its failure. */
export type NodeResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: string };

/** What the environment said about a node's draft. */
export interface NodeFeedback {
  readonly passed: boolean;
  readonly text: string;
}

export type ExecutionEvent =
  | { readonly type: 'agent.finished'; readonly key: string; readonly output: AgentOutput }
  | {
      readonly type: 'checked';
      readonly key: string;
      readonly passed: boolean;
      readonly text: string;
    }
  | { readonly type: 'verified'; readonly key: string; readonly score: number; readonly answer: object };

export interface ExecutionOutput {
  readonly score: number;
  readonly calls: number;
  readonly answer: object;
  /** Why there was no answer to verify, if so. */
  readonly cause: string | null;
}

export interface ExecutionContext extends ExecutionInput {
  readonly results: { readonly [path: string]: NodeResult };
  readonly feedback: { readonly [path: string]: NodeFeedback };
  readonly calls: number;
  readonly score: number;
  readonly answer: object;
}

/** Turns the results of some nodes into the result of another: majority vote, first success, … */
export type Combiner = (results: readonly NodeResult[]) => NodeResult;

/** A design's part of the chart, as plain data: only the named actions and guards below. */
export interface ChartState {
  readonly type?: 'parallel' | 'final';
  readonly initial?: string;
  readonly entry?: ChartAction | readonly ChartAction[];
  readonly on?: { readonly [event: string]: ChartTransition | readonly ChartTransition[] };
  readonly always?: ChartTransition | readonly ChartTransition[];
  readonly onDone?: ChartTransition | readonly ChartTransition[];
  readonly states?: { readonly [name: string]: ChartState };
  readonly description?: string;
}
export interface ChartTransition {
  readonly target?: string;
  readonly guard?: ChartGuard;
  readonly actions?: ChartAction | readonly ChartAction[];
}
export type ChartAction =
  /** opens an agent at `path`; with `revises`, it sees that node's answer, if it has one, and the feedback */
  | {
      readonly type: 'openAgent';
      readonly params: {
        readonly path: string;
        readonly name: string;
        readonly maxTurns: number;
        readonly tool?: string;
        readonly revises?: string;
      };
    }
  /** asks the environment what it says about the result of `path` */
  | { readonly type: 'check'; readonly params: { readonly path: string } }
  /** keeps the agent's answer, or the environment's feedback, of this event under `path` */
  | { readonly type: 'keepAnswer' | 'keepFeedback'; readonly params: { readonly path: string } }
  /** result of `path` = combiner over the results of `from` */
  | {
      readonly type: 'combine';
      readonly params: { readonly path: string; readonly from: readonly string[]; readonly by: string };
    };
export type ChartGuard =
  /** the event comes from the node at `path` */
  | { readonly type: 'from'; readonly params: { readonly path: string } }
  /** the node at `path` has an answer */
  | { readonly type: 'hasAnswer'; readonly params: { readonly path: string } }
  /** the environment's verdict in this event, which comes from `path`, is a pass */
  | { readonly type: 'passedFrom'; readonly params: { readonly path: string } };

/**
 * The machine of one design: its nodes under the state `working`, then the verifier. `body` is the root
 * node's chart, `root` its path; `combiners` holds the named functions that `combine` may use.
 */
export function executionMachine(
  root: string,
  body: ChartState,
  combiners: { readonly [name: string]: Combiner },
) {
  return setup({
    types: {
      context: {} as ExecutionContext,
      events: {} as ExecutionEvent,
      input: {} as ExecutionInput,
      output: {} as ExecutionOutput,
      emitted: {} as Emitted,
    },
    actions: {
      openAgent: emit(({ context }, params: AgentParams) => {
        const { path, revises, ...rest } = params;
        const draft = revises === undefined ? undefined : context.results[revises];
        const said = revises === undefined ? undefined : context.feedback[revises];
        return order({
          type: 'open',
          actor: 'agent',
          key: `agent/${path}`,
          input: {
            ...rest,
            task: context.task.text,
            ...(draft?.ok === true ? { draft: draft.text } : {}),
            ...(draft?.ok === true && said !== undefined ? { feedback: said.text } : {}),
          },
        });
      }),
      check: emit(({ context }, { path }: PathParams) =>
        order({
          type: 'effect',
          effect: 'check',
          key: `check/${path}`,
          input: { task: context.task.id, draft: textOf(context.results[path]) },
        }),
      ),
      keepAnswer: assign(({ context, event }, { path }: PathParams) => {
        if (event.type !== 'agent.finished') return {};
        const { output } = event;
        const result: NodeResult = output.ok
          ? { ok: true, text: output.text }
          : { ok: false, cause: output.cause };
        return { results: { ...context.results, [path]: result }, calls: context.calls + output.calls };
      }),
      keepFeedback: assign(({ context, event }, { path }: PathParams) =>
        event.type === 'checked'
          ? { feedback: { ...context.feedback, [path]: { passed: event.passed, text: event.text } } }
          : {},
      ),
      combine: assign(({ context }, params: CombineParams) => {
        const combiner = combiners[params.by];
        if (combiner === undefined) throw new Error(`no combiner named ${params.by}`);
        const inputs = params.from.flatMap((path) => context.results[path] ?? []);
        return { results: { ...context.results, [params.path]: combiner(inputs) } };
      }),
      verify: emit(({ context }) =>
        order({
          type: 'effect',
          effect: 'verify',
          key: 'verify',
          input: { task: context.task.id, reply: textOf(context.results[root]) },
        }),
      ),
      keepVerdict: assign(({ event }) =>
        event.type === 'verified' ? { score: event.score, answer: event.answer } : {},
      ),
    },
    guards: {
      from: ({ event }, { path }: PathParams) => 'key' in event && nodeOf(event.key) === path,
      passedFrom: ({ event }, { path }: PathParams) =>
        event.type === 'checked' && nodeOf(event.key) === path && event.passed,
      hasAnswer: ({ context }, { path }: PathParams) => context.results[path]?.ok === true,
      answered: ({ context }) => context.results[root]?.ok === true,
    },
  }).createMachine({
    id: 'execution',
    context: ({ input }) => ({
      ...input,
      results: {},
      feedback: {},
      calls: 0,
      score: 0,
      answer: { kind: 'none', cause: 'no answer' },
    }),
    initial: 'working',
    states: {
      working: {
        initial: root,
        // The chart is data that src/designs compiles from a validated spec; XState's own type for a
        // configuration cannot be written down for states that are only known at run time.
        states: { [root]: { ...(body as object), onDone: DONE }, [DONE]: { type: 'final' } },
        onDone: [{ guard: 'answered', target: 'verifying' }, { target: 'failed' }],
      },
      verifying: {
        entry: 'verify',
        on: { verified: { target: 'finished', actions: 'keepVerdict' } },
      },
      finished: { type: 'final' },
      failed: { type: 'final', tags: 'failure' },
    },
    output: ({ context }) => {
      const result = context.results[root];
      return {
        score: context.score,
        calls: context.calls,
        answer: context.answer,
        cause: result?.ok === false ? result.cause : null,
      };
    },
  });
}

/** The final state next to a design's root; no node may bear a name with a capital letter. */
const DONE = 'Done';

interface PathParams {
  readonly path: string;
}
type AgentParams = Extract<ChartAction, { type: 'openAgent' }>['params'];
type CombineParams = Extract<ChartAction, { type: 'combine' }>['params'];

function textOf(result: NodeResult | undefined): string {
  return result?.ok === true ? result.text : '';
}

/** `agent/vote.solve1` and `check/vote.solve1` both belong to the node `vote.solve1`. */
function nodeOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
