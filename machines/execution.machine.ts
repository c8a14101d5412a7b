import { assign, emit, setup } from 'xstate';
import type {
  AboutParams,
  ChartState,
  CombineParams,
  NodeResult,
  OpenAgentParams,
  PathParams,
  Predicate,
  Vocabulary,
} from './chart.ts';
import { SKIPPED } from './chart.ts';
import { type Emitted, order } from './command.ts';
import {
  agentInput,
  answers,
  type ExecutionContext,
  type ExecutionEvent,
  type ExecutionInput,
  key,
  latest,
  messages,
  NO_ANSWER,
  nodeOf,
  stateOf,
  visited,
  withResult,
} from './execution-context.ts';

export interface ExecutionOutput {
  readonly score: number;
  readonly calls: number;
  /** Tokens that its agents sampled, if there were any. */
  readonly tokens?: number;
  /** In a branch: those of its calls that were taken from the execution that it branches, if there were any. */
  readonly reused?: number;
  readonly answer: object;
  /** Why there was no answer to verify, if so. */
  readonly cause: string | null;
  /** Programs that only a wall clock stopped, if there were any. */
  readonly killed?: number;
}

/**
 * The machine of one design: its nodes under the state `working`, then the verifier. `body` is the root
 * node's chart, `root` its path; `vocabulary` gives the names in the chart their meaning.
 */
export function executionMachine(root: string, body: ChartState, vocabulary: Vocabulary) {
  const { combiners, holds, accepts, choice, normal, reply, titles } = vocabulary;
  return setup({
    types: {
      context: {} as ExecutionContext,
      events: {} as ExecutionEvent,
      input: {} as ExecutionInput,
      output: {} as ExecutionOutput,
      emitted: {} as Emitted,
    },
    actions: {
      begin: assign(({ context }, { path }: PathParams) => {
        const stays = (key: string) => !key.startsWith(`${path}.`);
        const without = <T>(members: { readonly [key: string]: T }): { [key: string]: T } =>
          Object.fromEntries(Object.entries(members).filter(([key]) => stays(key)));
        const { [path]: _, ...counts } = without(context.counts);
        return {
          results: without(context.results),
          order: context.order.filter(stays),
          feedback: without(context.feedback),
          values: without(context.values),
          counts,
        };
      }),
      count: assign(({ context }, { path }: PathParams) => ({
        counts: { ...context.counts, [path]: (context.counts[path] ?? 0) + 1 },
      })),
      openAgent: emit(({ context }, params: OpenAgentParams) =>
        order({
          type: 'open',
          actor: 'agent',
          key: key('agent', params, context),
          input: agentInput(context, params, titles),
        }),
      ),
      check: emit(({ context }, params: AboutParams) =>
        order({
          type: 'effect',
          effect: 'check',
          key: key('check', params, context),
          input: { task: context.task.id, draft: latest(context, params.about)?.text ?? '' },
        }),
      ),
      evaluate: emit(({ context }, params: AboutParams & { function: string }) =>
        order({
          type: 'effect',
          effect: 'evaluate',
          key: key('evaluate', params, context),
          input: {
            script: context.spec.python ?? '',
            function: params.function,
            context: {
              task: context.task.text,
              messages: messages(context, params.about, titles),
              ...stateOf(context),
            },
          },
        }),
      ),
      keepAnswer: assign(({ context, event }, { path }: PathParams) => {
        if (event.type !== 'agent.finished') return {};
        const { output } = event;
        return {
          ...withResult(
            context,
            path,
            output.ok ? { ok: true, text: output.text } : { ok: false, cause: output.cause },
          ),
          ...visited('agent', path, context),
          calls: context.calls + output.calls,
          sampled: context.sampled + (output.sampled ?? 0),
          reused: context.reused + (output.reused ?? 0),
          killed: context.killed + (output.killed ?? 0),
        };
      }),
      keepFeedback: assign(({ context, event }, { path }: PathParams) =>
        event.type === 'checked'
          ? {
              feedback: { ...context.feedback, [path]: { passed: event.passed, text: event.text } },
              ...visited('check', path, context),
              killed: context.killed + (event.killed === true ? 1 : 0),
            }
          : {},
      ),
      keepValue: assign(({ context, event }, { path }: PathParams) =>
        event.type === 'evaluated'
          ? {
              values: { ...context.values, [path]: event.value },
              ...(event.state === undefined ? {} : { state: event.state }),
              ...visited('evaluate', path, context),
              killed: context.killed + (event.killed === true ? 1 : 0),
            }
          : {},
      ),
      combine: assign(({ context }, { path, from, by, weights }: CombineParams) => {
        const combiner = combiners[by];
        if (combiner === undefined) throw new Error(`no combiner named ${by}`);
        const inputs = from.map((each): NodeResult => context.results[each] ?? NO_ANSWER);
        return withResult(context, path, combiner(inputs, weights ?? from.map(() => 1), normal));
      }),
      verify: emit(({ context }) =>
        order({
          type: 'effect',
          effect: 'verify',
          key: 'verify',
          input: {
            task: context.task.id,
            reply: reply(
              latest(context, [root])?.text ?? '',
              answers(context, context.order).map(({ text }) => text),
            ),
          },
        }),
      ),
      keepVerdict: assign(({ context, event }) =>
        event.type === 'verified'
          ? {
              score: event.score,
              answer: event.answer,
              killed: context.killed + (event.killed === true ? 1 : 0),
            }
          : {},
      ),
    },
    guards: {
      from: ({ event }, { path }: PathParams) => 'key' in event && nodeOf(event.key) === path,
      passedFrom: ({ event }, { path }: PathParams) =>
        event.type === 'checked' && nodeOf(event.key) === path && event.passed,
      hasAnswer: ({ context }, { path }: PathParams) => context.results[path]?.ok === true,
      failed: ({ context }, { path }: PathParams) => {
        const result = context.results[path];
        return result?.ok === false && result.cause !== SKIPPED;
      },
      accepts: ({ context }, { path }: PathParams) => accepts(latest(context, [path])?.text ?? ''),
      chose: ({ context }, { path, name, names }: PathParams & { name: string; names: readonly string[] }) =>
        path in context.values
          ? context.values[path] === name
          : choice(latest(context, [path])?.text ?? '', names) === name,
      differ: ({ context }, { of }: { readonly of: readonly string[] }) =>
        new Set(answers(context, of).map(({ text }) => normal(text))).size > 1,
      within: ({ context }, { path, limit }: PathParams & { limit: number }) =>
        (context.counts[path] ?? 0) < limit,
      holds: (
        { context },
        { predicate, about }: { readonly predicate: Predicate; readonly about: readonly string[] },
      ) =>
        holds(predicate, {
          task: context.task.text,
          answer: latest(context, about)?.text ?? null,
          measured: (path) => context.feedback[path]?.passed ?? context.values[path] === true,
        }),
      answered: ({ context }) => context.results[root]?.ok === true,
    },
  }).createMachine({
    id: 'execution',
    context: ({ input }) => ({
      ...input,
      results: {},
      order: [],
      feedback: {},
      values: {},
      counts: {},
      visits: {},
      calls: 0,
      sampled: 0,
      reused: 0,
      killed: 0,
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
        ...(context.sampled > 0 ? { tokens: context.sampled } : {}),
        ...(context.reused > 0 ? { reused: context.reused } : {}),
        ...(context.killed > 0 ? { killed: context.killed } : {}),
      };
    },
  });
}

/** The final state next to a design's root; no node may bear a name with a capital letter. */
const DONE = 'Done';
