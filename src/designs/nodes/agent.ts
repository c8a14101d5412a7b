import { z } from 'zod';
import type { OpenAgentParams, ToolRef } from '../../../machines/chart.ts';
import { STEPS_PER_TOOL } from '../bounds.ts';
import type { NodeKind, NodeSpec, Place } from '../node.ts';

export interface AgentSpec extends NodeSpec {
  readonly kind: 'agent';
  readonly name: string;
  /** The role that the design gives it. */
  readonly prompt?: string | undefined;
  /** `{question}`, `{response}` and `{reflection}` in the role stand for the task, the draft and what was said of it. */
  readonly fill?: true | undefined;
  readonly tools?: readonly (string | ScriptTool)[] | undefined;
  /** Policy calls at most; the last must answer. */
  readonly turns?: number | undefined;
  readonly temperature?: number | undefined;
  /** Tokens of a call at most. */
  readonly tokens?: number | undefined;
}

/** A function of the design's own script that an agent may call. */
export interface ScriptTool {
  readonly python: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly schema?: unknown;
}

/** Turns of an agent with tools, unless it says otherwise: one call of a tool, then the answer. */
const TOOL_TURNS = 2;

/** The name of a node, which is the name of its state. */
export const nameSchema = z
  .string()
  .regex(
    /^(?!done$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'a name is made of lower-case letters, digits and single hyphens, and is not "done"',
  )
  .max(32);

/** The name that a script gives a node, in any alphabet. */
export const titleSchema = z.string().min(1).max(200);

/** Characters of a role. */
const ROLE_CHARACTERS = 32_000;

const toolSchema = z.union([
  z.string().min(1).max(40),
  z.strictObject({
    python: z.string().regex(/^\d+:/),
    name: z.string().regex(/^[A-Za-z_][\w-]{0,39}$/),
    description: z.string().max(2000).optional(),
    schema: z.json().optional(),
  }),
]);

/** Schema of an agent; for node kinds that want an agent and nothing else as a child. */
export const agentSchema: z.ZodType<AgentSpec> = z.strictObject({
  kind: z.literal('agent', 'this must be an agent'),
  name: nameSchema,
  title: titleSchema.optional(),
  prompt: z.string().min(1).max(ROLE_CHARACTERS).optional(),
  fill: z.literal(true).optional(),
  tools: z
    .array(toolSchema)
    .min(1)
    .max(8)
    .refine((tools) => new Set(tools.map(toolName)).size === tools.length, 'two tools have the same name')
    .optional(),
  turns: z.number().int().min(1).max(16).optional(),
  temperature: z.number().min(0).max(2).optional(),
  tokens: z.number().int().min(1).max(32_768).optional(),
});

/** `agent("solve")`, `agent("solve", "js")`, `agent("critic", { prompt: "…", tools: ["js"], turns: 3 })`. */
export const agentNode: NodeKind<AgentSpec> = {
  kind: 'agent',
  parameters: ['name', 'options'],
  members: '{ name: name }, toolsOr(options)',
  schema: () => agentSchema,
  name: (spec) => spec.name,
  shape: (spec) =>
    ['agent', ...(spec.tools ?? []).map((tool) => (typeof tool === 'string' ? tool : 'own'))].join('+'),
  bounds: (spec, of) => {
    const calls = turnsOf(spec);
    return {
      calls,
      tokens: calls * (spec.tokens ?? of.tokensPerCall),
      toolSteps: spec.tools === undefined ? 0 : (calls - 1) * STEPS_PER_TOOL,
    };
  },
  chart: (spec, at) => askAgent(spec, at),
};

function turnsOf(spec: AgentSpec): number {
  return spec.tools === undefined ? 1 : (spec.turns ?? TOOL_TURNS);
}

/** What one agent sees besides its task, where that is more than its place allows it to see. */
export type Shown = Pick<OpenAgentParams, 'revises' | 'heeds' | 'choices'>;

/** The chart of one agent that is asked and keeps its answer; shared by nodes that ask agents of their own. */
export function askAgent(spec: AgentSpec, { path, sees }: Place, shown: Shown = {}) {
  const params: OpenAgentParams = {
    path,
    name: spec.title ?? spec.name,
    maxTurns: turnsOf(spec),
    ...(spec.prompt === undefined ? {} : { prompt: spec.prompt }),
    ...(spec.fill === undefined ? {} : { fill: spec.fill }),
    ...(spec.tools === undefined ? {} : { tools: spec.tools.map(toolRef) }),
    ...(spec.temperature === undefined ? {} : { temperature: spec.temperature }),
    ...(spec.tokens === undefined ? {} : { tokens: spec.tokens }),
    ...(sees.length === 0 ? {} : { sees }),
    ...shown,
  };
  return {
    initial: 'asking',
    states: {
      asking: {
        entry: { type: 'openAgent' as const, params },
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

/** The name by which an agent calls a tool. */
export function toolName(tool: string | ScriptTool): string {
  return typeof tool === 'string' ? tool : tool.name;
}

function toolRef(tool: string | ScriptTool): ToolRef {
  if (typeof tool === 'string') return { name: tool };
  const { name, python, description } = tool;
  return { name, python, ...(description === undefined ? {} : { description }) };
}
