// A node of one's own, in one file: `retry(agent("solve"), 3)` asks again, from nothing, until the public
// tests pass or the tries are used up.
import { z } from 'zod';
import {
  type AgentSpec,
  agentNode,
  askAgent,
  type ChartState,
  type NodeKind,
  type NodeSpec,
} from '../src/index.ts';

interface RetrySpec extends NodeSpec {
  readonly kind: 'retry';
  readonly of: AgentSpec;
  readonly tries: number;
}

export const retryNode: NodeKind<RetrySpec> = {
  kind: 'retry',
  parameters: ['of', 'tries'],
  schema: (child) =>
    z.strictObject({
      kind: z.literal('retry'),
      of: agentNode.schema(child),
      tries: z.number().int().min(2).max(4),
    }),
  name: () => 'retry',
  shape: (spec, of) => `retry${spec.tries}(${of.shape(spec.of)})`,
  calls: (spec, of) => spec.tries * of.calls(spec.of),
  chart(spec, path) {
    const states: { [name: string]: ChartState } = { done: { type: 'final' } };
    const tries = Array.from({ length: spec.tries }, (_, index) => `${path}.try${index + 1}`);
    tries.forEach((attempt, index) => {
      const name = `try${index + 1}`;
      const settle = {
        target: 'done',
        actions: {
          type: 'combine' as const,
          params: { path, from: tries.slice(0, index + 1).reverse(), by: 'latestAnswer' },
        },
      };
      const last = index + 1 === spec.tries;
      states[name] = {
        ...askAgent(spec.of, attempt),
        onDone: last ? settle : { target: `check${index + 1}` },
      };
      if (last) return;
      states[`check${index + 1}`] = {
        entry: { type: 'check', params: { path: attempt } },
        on: {
          checked: [
            { guard: { type: 'passedFrom', params: { path: attempt } }, ...settle },
            { guard: { type: 'from', params: { path: attempt } }, target: `try${index + 2}` },
          ],
        },
      };
    });
    return { initial: 'try1', states };
  },
  combiners: {
    latestAnswer: (results) =>
      results.find(({ ok }) => ok) ?? results[0] ?? { ok: false, cause: 'no answer' },
  },
};
