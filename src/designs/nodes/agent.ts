import { z } from 'zod';
import type { NodeKind, NodeSpec } from '../node.ts';

export interface AgentSpec extends NodeSpec {
  readonly kind: 'agent';
  readonly name: string;
  readonly tool?: string | undefined;
}

/** Turns of an agent with a tool: one call of the tool, then the answer. */
const TOOL_TURNS = 2;

/** `agent("solve")`, `agent("solve", "js")`: one agent, with or without a tool. */
export const agentNode: NodeKind<AgentSpec> = {
  kind: 'agent',
  parameters: ['name', 'tool'],
  schema: () =>
    z.strictObject({
      kind: z.literal('agent'),
      name: z.string().regex(/^[a-z][a-z0-9]{0,15}$/, 'an agent name is 1–16 lower-case letters and digits'),
      tool: z.enum(['js']).optional(),
    }),
  name: (spec) => spec.name,
  shape: (spec) => (spec.tool === undefined ? 'agent' : `agent+${spec.tool}`),
  calls: (spec) => (spec.tool === undefined ? 1 : TOOL_TURNS),
  chart: (spec, path) => askAgent(spec, path),
};

/** The chart of one agent that is asked and keeps its answer under `path`; shared by nodes that ask again. */
export function askAgent(spec: AgentSpec, path: string, revises?: string) {
  return {
    initial: 'asking',
    states: {
      asking: {
        entry: {
          type: 'openAgent' as const,
          params: {
            path,
            name: spec.name,
            maxTurns: spec.tool === undefined ? 1 : TOOL_TURNS,
            ...(spec.tool === undefined ? {} : { tool: spec.tool }),
            ...(revises === undefined ? {} : { revises }),
          },
        },
        on: {
          'agent.finished': {
            guard: { type: 'from' as const, params: { path } },
            target: 'done',
            actions: { type: 'keepAnswer' as const, params: { path } },
          },
        },
      },
      done: { type: 'final' as const },
    },
  };
}
