import { z } from 'zod';
import type { NodeResult } from '../../../machines/execution.machine.ts';
import type { NodeKind, NodeSpec } from '../node.ts';
import { type AgentSpec, agentNode, askAgent } from './agent.ts';

export interface ReflectSpec extends NodeSpec {
  readonly kind: 'reflect';
  readonly of: AgentSpec;
}

/**
 * `reflect(agent("solve"))`: the agent drafts, the environment checks the draft (public tests where the
 * task has some), and unless it passed the agent answers once more with its draft and the feedback in view.
 */
export const reflectNode: NodeKind<ReflectSpec> = {
  kind: 'reflect',
  parameters: ['of'],
  schema: (child) => z.strictObject({ kind: z.literal('reflect'), of: agentNode.schema(child) }),
  name: () => 'reflect',
  shape: (spec, of) => `reflect(${of.shape(spec.of)})`,
  calls: (spec, of) => 2 * of.calls(spec.of),
  chart: (spec, path, of) => {
    const draft = `${path}.draft`;
    const revised = `${path}.revise`;
    const settle = (from: readonly string[]) => ({
      target: 'done',
      actions: { type: 'combine' as const, params: { path, from, by: 'firstAnswer' } },
    });
    return {
      initial: 'draft',
      states: {
        // A draft that failed has nothing to check: the agent is asked again from nothing.
        draft: {
          ...of.chart(spec.of, draft),
          onDone: [
            { guard: { type: 'hasAnswer', params: { path: draft } }, target: 'check' },
            { target: 'revise' },
          ],
        },
        check: {
          entry: { type: 'check', params: { path: draft } },
          on: {
            checked: [
              { guard: { type: 'passedFrom', params: { path: draft } }, ...settle([draft]) },
              {
                guard: { type: 'from', params: { path: draft } },
                target: 'revise',
                actions: { type: 'keepFeedback', params: { path: draft } },
              },
            ],
          },
        },
        revise: { ...askAgent(spec.of, revised, draft), onDone: settle([revised, draft]) },
        done: { type: 'final' },
      },
    };
  },
  combiners: { firstAnswer },
};

/** The first result that is an answer; the first failure if none is. */
export function firstAnswer(results: readonly NodeResult[]): NodeResult {
  return results.find((result) => result.ok) ?? results[0] ?? { ok: false, cause: 'no answer' };
}
