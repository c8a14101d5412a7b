import { z } from 'zod';
import type { ChartState, NodeResult } from '../../../machines/chart.ts';
import { sameAnswer } from '../answers.ts';
import { NOTHING, sum } from '../bounds.ts';
import { combine, settle, uniqueNames } from '../chart-parts.ts';
import type { Compiler, NodeKind, NodeSpec, Place } from '../node.ts';
import { parseWithin } from '../parse-within.ts';
import { type AgentSpec, agentSchema, askAgent } from './agent.ts';

export interface VoteSpec extends NodeSpec {
  readonly kind: 'vote';
  /** One node that votes `times` times, or one voter each. */
  readonly of: NodeSpec | readonly NodeSpec[];
  readonly times?: number | undefined;
  /** One per voter; all equal if left out. */
  readonly weights?: readonly number[] | undefined;
  /** Decides where the voters differ. */
  readonly judge?: AgentSpec | undefined;
}

/**
 * `vote(agent("solve"), 3)`, `vote([a, b, c], { weights: [2, 1, 1], judge: agent("judge") })`: the voters
 * answer at once and see nothing of each other; the answer with the largest weight wins, the first of
 * equals. With a judge, differing answers are put before it instead.
 */
export const voteNode: NodeKind<VoteSpec> = {
  kind: 'vote',
  parameters: ['of', 'times', 'options'],
  members: "{ of: of }, numberOr('times', times), options",
  schema: (child) =>
    z
      .strictObject({
        kind: z.literal('vote'),
        of: oneOrMany(child),
        times: z.number().int().min(2).max(5).optional(),
        weights: z.array(z.number().positive().max(1000)).optional(),
        judge: agentSchema.optional(),
      })
      .refine(
        (spec) => isList(spec.of) === (spec.times === undefined),
        'a vote is of a list of voters, or of one node that votes a number of times',
      )
      .refine(
        (spec) => spec.weights === undefined || spec.weights.length === votersOf(spec).length,
        'a vote has one weight for each voter',
      ),
  name: () => 'vote',
  shape: (spec, of) => {
    const by = spec.judge === undefined ? '' : `|${of.shape(spec.judge)}`;
    return `${spec.weights === undefined ? 'vote' : 'weigh'}${crowdShape(votersOf(spec), of)}${by})`;
  },
  bounds: (spec, of) =>
    sum(
      ...votersOf(spec).map((voter) => of.bounds(voter)),
      spec.judge === undefined ? NOTHING : of.bounds(spec.judge),
    ),
  chart: (spec, at, of) => {
    const { states, paths, names } = crowd(votersOf(spec), at, of);
    const { judge } = spec;
    const count = settle(at.path, paths, 'majority');
    if (spec.weights !== undefined) count.actions = combine(at.path, paths, 'majority', spec.weights);
    if (judge === undefined) {
      return {
        initial: 'voting',
        states: { voting: { type: 'parallel', states, onDone: count }, done: { type: 'final' } },
      };
    }
    const ruling = rulingPath(at.path, names);
    return {
      initial: 'voting',
      states: {
        voting: {
          type: 'parallel',
          states,
          onDone: [{ guard: { type: 'differ', params: { of: paths } }, target: 'judge' }, count],
        },
        judge: {
          ...askAgent(judge, { path: ruling, sees: [...at.sees, ...paths] }),
          onDone: [
            { guard: { type: 'hasAnswer', params: { path: ruling } }, ...settle(at.path, [ruling]) },
            count,
          ],
        },
        done: { type: 'final' },
      },
    };
  },
  combiners: { majority },
};

function votersOf({ of, times: n }: VoteSpec): readonly NodeSpec[] {
  return isList(of) ? of : Array.from({ length: n ?? 1 }, () => of);
}

/** A list of voters, or one voter. */
function oneOrMany(child: z.ZodType<NodeSpec>): z.ZodType<NodeSpec | readonly NodeSpec[]> {
  const many = z.array(child).min(2).max(16);
  return z
    .unknown()
    .transform((value, context) =>
      Array.isArray(value) ? parseWithin(many, value, context) : parseWithin(child, value, context),
    );
}

/** Nodes that answer at once and see nothing of each other, as the regions of a parallel state. */
export function crowd(members: readonly NodeSpec[], at: Place, of: Compiler) {
  const names = uniqueNames(members.map((each) => of.name(each)));
  const paths = names.map((name) => `${at.path}.${name}`);
  const states: { [name: string]: ChartState } = {};
  members.forEach((member, index) => {
    states[names[index] ?? ''] = of.chart(member, { path: paths[index] ?? '', sees: at.sees });
  });
  return { states, paths, names };
}

/** Where a judge's ruling stands: beside the answers it judges, under none of their names. */
export function rulingPath(path: string, names: readonly string[]): string {
  return `${path}.${uniqueNames(['ruling'], names)[0] ?? 'ruling'}`;
}

/** `3(agent` where all are alike, `(agent,agent+js` where they differ. */
export function crowdShape(members: readonly NodeSpec[], of: Compiler): string {
  const shapes = members.map((each) => of.shape(each));
  return new Set(shapes).size === 1 ? `${shapes.length}(${shapes[0]}` : `(${shapes.join(',')}`;
}

function isList(of: NodeSpec | readonly NodeSpec[]): of is readonly NodeSpec[] {
  return Array.isArray(of);
}

/**
 * The answer with the largest weight among those that say the same, in the words of the first who gave it;
 * failures have no vote; among equals the first voter's.
 */
export function majority(
  results: readonly NodeResult[],
  weights: readonly number[] = results.map(() => 1),
  normal: (text: string) => string = sameAnswer,
): NodeResult {
  const votes = new Map<string, { text: string; weight: number }>();
  results.forEach((result, index) => {
    if (!result.ok) return;
    const key = normal(result.text);
    const vote = votes.get(key) ?? { text: result.text.trim(), weight: 0 };
    votes.set(key, { ...vote, weight: vote.weight + (weights[index] ?? 1) });
  });
  let winner: { text: string; weight: number } | undefined;
  for (const vote of votes.values()) {
    if (winner === undefined || vote.weight > winner.weight) winner = vote;
  }
  return winner === undefined ? { ok: false, cause: 'no voter answered' } : { ok: true, text: winner.text };
}
