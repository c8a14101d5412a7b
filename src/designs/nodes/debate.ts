import { z } from 'zod';
import type { ChartTransition, NodeResult } from '../../../machines/chart.ts';
import { NOTHING, sum, times } from '../bounds.ts';
import { combine, settle, uniqueNames } from '../chart-parts.ts';
import type { NodeKind, NodeSpec } from '../node.ts';
import { type AgentSpec, agentSchema, askAgent } from './agent.ts';
import { crowd, crowdShape, rulingPath } from './vote.ts';

export interface DebateSpec extends NodeSpec {
  readonly kind: 'debate';
  readonly of: readonly NodeSpec[];
  /** Rounds in all; 2 if left out. */
  readonly rounds?: number | undefined;
  /** Debaters see all rounds, in place of the one before. */
  readonly history?: boolean | undefined;
  /** Decides at the end; the majority does if left out. */
  readonly judge?: AgentSpec | undefined;
}

const ROUNDS = 2;

/**
 * `debate([a, b], { rounds: 2, judge: agent("judge") })`: in the first round the debaters answer at once and
 * see nothing of each other; in every further round each sees what all of them said in the round before.
 * The judge sees the last round. Without a judge, or if it fails, the majority of the last round wins.
 */
export const debateNode: NodeKind<DebateSpec> = {
  kind: 'debate',
  parameters: ['of', 'options'],
  members: "{ of: of }, numberOr('rounds', options)",
  schema: (child) =>
    z.strictObject({
      kind: z.literal('debate'),
      of: z.array(child).min(2).max(8),
      rounds: z.number().int().min(1).max(6).optional(),
      history: z.boolean().optional(),
      judge: agentSchema.optional(),
    }),
  name: () => 'debate',
  shape: (spec, of) =>
    `debate${spec.rounds ?? ROUNDS}x${crowdShape(spec.of, of)}${spec.judge === undefined ? '' : `|${of.shape(spec.judge)}`})`,
  bounds: (spec, of) =>
    sum(
      times(spec.rounds ?? ROUNDS, sum(...spec.of.map((each) => of.bounds(each)))),
      spec.judge === undefined ? NOTHING : of.bounds(spec.judge),
    ),
  chart: (spec, { path, sees }, of) => {
    const rounds = spec.rounds ?? ROUNDS;
    // What was said in the round before stands apart, so that nobody sees half of the next one.
    const before = `${path}.Before`;
    const earlier = uniqueNames(spec.of.map((each) => of.name(each))).map((name) => `${before}.${name}`);
    const { states, paths, names } = crowd(spec.of, { path, sees: [...sees, ...earlier] }, of);
    const again: ChartTransition = {
      guard: { type: 'within', params: { path, limit: rounds } },
      target: 'round',
      reenter: true,
      actions: paths.map((own, index) => {
        const kept = earlier[index] ?? before;
        return spec.history === true && rounds > 2
          ? combine(kept, [kept, own], 'everything')
          : combine(kept, [own], 'same');
      }),
    };
    const vote = settle(path, paths, 'majority');
    const ruling = rulingPath(path, names);
    return {
      entry: { type: 'begin', params: { path } },
      initial: 'round',
      states: {
        round: {
          entry: { type: 'count', params: { path } },
          type: 'parallel',
          states,
          onDone: [...(rounds === 1 ? [] : [again]), spec.judge === undefined ? vote : { target: 'judging' }],
        },
        ...(spec.judge === undefined
          ? {}
          : {
              judging: {
                ...askAgent(spec.judge, { path: ruling, sees: [...sees, ...paths] }),
                onDone: [
                  {
                    guard: { type: 'hasAnswer', params: { path: ruling } },
                    ...settle(path, [ruling], 'same'),
                  },
                  vote,
                ],
              },
            }),
        done: { type: 'final' },
      },
    };
  },
  combiners: { everything },
};

/** All that was said, the oldest first; the last failure where nothing was. */
export function everything(results: readonly NodeResult[]): NodeResult {
  const said = results.flatMap((result) => (result.ok ? [result.text.trim()] : []));
  return said.length === 0
    ? (results.at(-1) ?? { ok: false, cause: 'no answer' })
    : { ok: true, text: said.join('\n\n') };
}
