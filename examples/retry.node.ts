// A node of one's own, in one file: `retry(agent("solve"), 3)` asks again, from nothing, until the public
// tests pass or the tries are used up.
import { z } from 'zod';
import {
  type AgentSpec,
  agentSchema,
  askAgent,
  type ChartState,
  type NodeKind,
  type NodeSpec,
  STEPS_PER_TOOL,
} from '../src/index.ts';

interface RetrySpec extends NodeSpec {
  readonly kind: 'retry';
  readonly of: AgentSpec;
  readonly tries: number;
}

export const retryNode: NodeKind<RetrySpec> = {
  kind: 'retry',
  parameters: ['of', 'tries'],
  schema: () =>
    z.strictObject({
      kind: z.literal('retry'),
      of: agentSchema,
      tries: z.number().int().min(2).max(4),
    }),
  name: () => 'retry',
  shape: (spec, of) => `retry${spec.tries}(${of.shape(spec.of)})`,
  bounds: (spec, of) => {
    const { calls, tokens, toolSteps } = of.bounds(spec.of);
    return {
      calls: spec.tries * calls,
      tokens: spec.tries * tokens,
      // Between two tries the public tests are run.
      toolSteps: spec.tries * (toolSteps + STEPS_PER_TOOL),
    };
  },
  chart(spec, { path, sees }) {
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
        ...askAgent(spec.of, { path: attempt, sees }),
        onDone: last ? settle : { target: `check${index + 1}` },
      };
      if (last) return;
      states[`check${index + 1}`] = {
        entry: { type: 'check', params: { path: attempt, about: [attempt] } },
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
