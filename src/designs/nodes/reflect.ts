import { z } from 'zod';
import type { ChartState, ChartTransition, NodeResult } from '../../../machines/chart.ts';
import { NOTHING, ONE_QUESTION, sum, times } from '../bounds.ts';
import { combine, settle } from '../chart-parts.ts';
import type { Compiler, NodeKind, NodeSpec, Place } from '../node.ts';
import { type AgentSpec, agentSchema, askAgent } from './agent.ts';
import { everything } from './debate.ts';

export interface ReflectSpec extends NodeSpec {
  readonly kind: 'reflect';
  /** Whoever drafts. */
  readonly of: NodeSpec;
  /** Revisions at most; 1 if left out. */
  readonly rounds?: number | undefined;
  /** Critic and reviser see all earlier drafts and what was said of them. */
  readonly history?: boolean | undefined;
  /** Criticises drafts in place of the public tests. */
  readonly critic?: AgentSpec | undefined;
  /** Revises; the drafting agent itself if left out. */
  readonly reviser?: AgentSpec | undefined;
}

/**
 * `reflect(agent("solve"))`: the agent drafts, the environment checks the draft (public tests where the
 * task has some), and unless it passed the agent answers once more with its draft and the feedback in view.
 * `reflect(agent("solve"), { critic: agent("critic"), rounds: 2 })` has a critic say what is wrong, and
 * stops as soon as the critic's last line is an acceptance and nothing else.
 */
export const reflectNode: NodeKind<ReflectSpec> = {
  kind: 'reflect',
  parameters: ['of', 'options'],
  members: "{ of: of }, numberOr('rounds', options)",
  schema: (child) =>
    z
      .strictObject({
        kind: z.literal('reflect'),
        of: child,
        rounds: z.number().int().min(1).max(8).optional(),
        history: z.boolean().optional(),
        critic: agentSchema.optional(),
        reviser: agentSchema.optional(),
      })
      .refine(
        (spec) => reviserOf(spec) !== undefined,
        'only an agent revises by itself; give another node a reviser',
      ),
  name: () => 'reflect',
  shape: (spec, of) => {
    const parts = [
      of.shape(spec.of),
      ...(spec.critic === undefined ? [] : [`critic ${of.shape(spec.critic)}`]),
      ...(spec.reviser === undefined ? [] : [`reviser ${of.shape(spec.reviser)}`]),
    ];
    return `reflect${roundsOf(spec) === 1 ? '' : roundsOf(spec)}(${parts.join('|')})`;
  },
  bounds: (spec, of) => {
    const reviser = reviserOf(spec);
    const round = sum(
      spec.critic === undefined ? ONE_QUESTION : of.bounds(spec.critic),
      reviser === undefined ? NOTHING : of.bounds(reviser),
    );
    return sum(of.bounds(spec.of), times(roundsOf(spec), round));
  },
  chart: (spec, at, of) => reflection(spec, at, of),
  combiners: { firstAnswer, oneMoreDraft },
};

function roundsOf({ rounds }: ReflectSpec): number {
  return rounds ?? 1;
}

function reviserOf({ of, reviser }: ReflectSpec): AgentSpec | undefined {
  if (reviser !== undefined) return reviser;
  const agent = agentSchema.safeParse(of);
  return agent.success ? agent.data : undefined;
}

function reflection(spec: ReflectSpec, at: Place, of: Compiler): ChartState {
  const reviser = reviserOf(spec);
  if (reviser === undefined) throw new TypeError('a reflection without a reviser passed its schema');
  const { path } = at;
  const rounds = roundsOf(spec);
  const draft = `${path}.draft`;
  const revision = `${path}.revise`;
  const critic = `${path}.critic`;
  const examining = spec.critic === undefined ? 'check' : 'critic';
  // With several rounds, the best answer so far.
  const kept = `${path}.Kept`;
  // A revision that fails does not take away what there was.
  const drafts = rounds === 1 ? [draft, revision] : [draft, kept];
  const best = rounds === 1 ? [revision, draft] : [revision, kept, draft];
  const history = `${path}.History`;
  const remembers = spec.history === true && spec.critic !== undefined && rounds > 1;
  const sees = remembers ? [...at.sees, history] : at.sees;
  const again: ChartTransition[] = [
    {
      guard: { type: 'within', params: { path, limit: rounds } },
      target: 'look',
      actions: [
        ...(remembers ? [combine(history, [history, kept, draft, critic], 'oneMoreDraft')] : []),
        combine(kept, best, 'firstAnswer'),
      ],
    },
  ];
  const isAnswered = {
    type: 'holds' as const,
    params: { predicate: { test: 'answered' as const }, about: drafts },
  };
  return {
    entry: { type: 'begin' as const, params: { path } },
    initial: 'draft',
    states: {
      // A draft that failed has nothing to examine: the reviser is asked from nothing.
      draft: {
        ...of.chart(spec.of, { path: draft, sees: at.sees }),
        onDone: [
          { guard: { type: 'hasAnswer', params: { path: draft } }, target: examining },
          { target: 'revise' },
        ],
      },
      ...(spec.critic === undefined
        ? { check: tests(path, drafts, best) }
        : { critic: criticism(spec.critic, { path: critic, sees }, path, drafts, best) }),
      ...(rounds === 1
        ? {}
        : { look: { always: [{ guard: isAnswered, target: examining }, { target: 'revise' }] } }),
      revise: {
        ...(rounds === 1 ? {} : { entry: { type: 'count' as const, params: { path } } }),
        ...askAgent(
          reviser,
          { path: revision, sees },
          { revises: drafts, heeds: spec.critic === undefined ? draft : critic },
        ),
        onDone: [...(rounds === 1 ? [] : again), settle(path, best)],
      },
      done: { type: 'final' },
    },
  };
}

/** The public tests say whether the latest draft will do. */
function tests(path: string, drafts: readonly string[], best: readonly string[]): ChartState {
  const draft = `${path}.draft`;
  return {
    entry: { type: 'check', params: { path: draft, about: drafts } },
    on: {
      checked: [
        {
          guard: { type: 'passedFrom', params: { path: draft } },
          target: 'done',
          actions: [{ type: 'keepFeedback', params: { path: draft } }, combine(path, best, 'firstAnswer')],
        },
        {
          guard: { type: 'from', params: { path: draft } },
          target: 'revise',
          actions: { type: 'keepFeedback', params: { path: draft } },
        },
      ],
    },
  };
}

/** The critic sees the task and the latest draft; a critic that fails has nothing to say against it. */
function criticism(
  critic: AgentSpec,
  at: Place,
  path: string,
  drafts: readonly string[],
  best: readonly string[],
): ChartState {
  return {
    ...askAgent(critic, at, { revises: drafts }),
    onDone: [
      { guard: { type: 'accepts', params: { path: at.path } }, ...settle(path, best) },
      { guard: { type: 'hasAnswer', params: { path: at.path } }, target: 'revise' },
      settle(path, best),
    ],
  };
}

/** What was said before, then the draft that was examined (the first that is one), then what the critic said of it. */
function oneMoreDraft([before, kept, first, critique]: readonly NodeResult[]): NodeResult {
  return everything(
    [before, kept?.ok === true ? kept : first, critique].filter((each) => each !== undefined),
  );
}

/** The first result that is an answer; the first failure if none is. */
export function firstAnswer(results: readonly NodeResult[]): NodeResult {
  return (
    results.find((result) => result.ok) ??
    results.find((result) => !result.ok && result.cause !== 'no answer') ?? { ok: false, cause: 'no answer' }
  );
}
