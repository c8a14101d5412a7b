import { z } from 'zod';
import type { ChartState, NodeResult } from '../../../machines/execution.machine.ts';
import type { NodeKind, NodeSpec } from '../node.ts';

export interface VoteSpec extends NodeSpec {
  readonly kind: 'vote';
  readonly of: NodeSpec;
  readonly times: number;
}

/** `vote(agent("solve"), 3)`: an ensemble of equals; the most frequent answer wins, the first of equals. */
export const voteNode: NodeKind<VoteSpec> = {
  kind: 'vote',
  parameters: ['of', 'times'],
  schema: (child) =>
    z.strictObject({ kind: z.literal('vote'), of: child, times: z.number().int().min(2).max(5) }),
  name: () => 'vote',
  shape: (spec, of) => `vote${spec.times}(${of.shape(spec.of)})`,
  calls: (spec, of) => spec.times * of.calls(spec.of),
  chart: (spec, path, of) => {
    const voters = Array.from({ length: spec.times }, (_, index) => `${of.name(spec.of)}${index + 1}`);
    const states: { [voter: string]: ChartState } = {};
    for (const voter of voters) states[voter] = of.chart(spec.of, `${path}.${voter}`);
    return {
      initial: 'voting',
      states: {
        voting: {
          type: 'parallel',
          states,
          onDone: {
            target: 'done',
            actions: {
              type: 'combine',
              params: { path, from: voters.map((voter) => `${path}.${voter}`), by: 'majority' },
            },
          },
        },
        done: { type: 'final' },
      },
    };
  },
  combiners: { majority },
};

/** The most frequent text among the answers; failures have no vote; among equals the first voter's. */
export function majority(results: readonly NodeResult[]): NodeResult {
  const votes = new Map<string, number>();
  for (const result of results) {
    if (result.ok) votes.set(result.text.trim(), (votes.get(result.text.trim()) ?? 0) + 1);
  }
  let winner: string | undefined;
  for (const [text, count] of votes) {
    if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = text;
  }
  return winner === undefined ? { ok: false, cause: 'no voter answered' } : { ok: true, text: winner };
}
