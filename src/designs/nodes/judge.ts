import { z } from 'zod';
import { sum } from '../bounds.ts';
import { settle } from '../chart-parts.ts';
import type { NodeKind, NodeSpec } from '../node.ts';
import { type AgentSpec, agentSchema, askAgent } from './agent.ts';
import { crowd, crowdShape, rulingPath } from './vote.ts';

export interface JudgeSpec extends NodeSpec {
  readonly kind: 'judge';
  readonly of: readonly NodeSpec[];
  readonly by: AgentSpec;
}

/**
 * `judge([a, b], agent("judge"))`: the candidates answer at once and see nothing of each other; the judge
 * sees all their answers, and its own is the node's. A judge that fails leaves the decision to a majority;
 * without any answer there is nothing to judge, and the node fails.
 */
export const judgeNode: NodeKind<JudgeSpec> = {
  kind: 'judge',
  parameters: ['of', 'by'],
  schema: (child) =>
    z.strictObject({ kind: z.literal('judge'), of: z.array(child).min(1).max(16), by: agentSchema }),
  name: () => 'judge',
  shape: (spec, of) => `judge${crowdShape(spec.of, of)}|${of.shape(spec.by)})`,
  bounds: (spec, of) => sum(...spec.of.map((each) => of.bounds(each)), of.bounds(spec.by)),
  chart: (spec, at, of) => {
    const { states, paths, names } = crowd(spec.of, at, of);
    const own = rulingPath(at.path, names);
    return {
      initial: 'answering',
      states: {
        answering: {
          type: 'parallel',
          states,
          onDone: [
            ...paths.map((path) => ({
              guard: { type: 'hasAnswer' as const, params: { path } },
              target: 'judging',
            })),
            settle(at.path, paths, 'majority'),
          ],
        },
        judging: {
          ...askAgent(spec.by, { path: own, sees: [...at.sees, ...paths] }),
          onDone: [
            { guard: { type: 'hasAnswer', params: { path: own } }, ...settle(at.path, [own], 'same') },
            settle(at.path, paths, 'majority'),
          ],
        },
        done: { type: 'final' },
      },
    };
  },
};
