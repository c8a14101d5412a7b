import { z } from 'zod';
import type { NodeLibrary } from '../../designs/library.ts';
import { readScript } from '../../designs/script.ts';
import { designerPrompt } from '../../policies/designer-prompt.ts';
import { executorPrompt } from '../../policies/executor-prompt.ts';
import type { Policy } from '../../policies/policy.ts';
import { recordCompletion } from '../../policies/recorded-call.ts';
import type { Sandbox } from '../../tasks/sandbox.ts';
import type { Task, Verifier } from '../../tasks/task.ts';
import { runTool } from '../../tasks/tool.ts';
import type { RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';

/** What acting needs: policies, tools, verifiers and the tasks that they judge by. */
export interface Stagecraft {
  readonly config: RunConfig;
  readonly policy: Policy;
  readonly sandbox: Sandbox;
  readonly library: NodeLibrary;
  readonly verifier: Verifier;
  /** The task with this id; throws if the run has none. */
  readonly task: (id: string) => Task;
}

const turnSchema = z.object({ call: z.string(), result: z.string() });
const callSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('designer'), ask: z.object({ task: z.string() }) }),
  z.object({
    role: z.literal('executor'),
    ask: z.object({
      task: z.string(),
      tool: z.string().optional(),
      turns: z.array(turnSchema),
      draft: z.string().optional(),
      feedback: z.string().optional(),
    }),
  }),
]);
const toolSchema = z.object({ name: z.string(), input: z.string() });
const compileSchema = z.object({ script: z.string() });
const checkSchema = z.object({ task: z.string(), draft: z.string() });
const verifySchema = z.object({ task: z.string(), reply: z.string() });

/** The effects of rollout trees: policy calls, tools, compilation, checks and verdicts. */
export function actingEffects(stagecraft: Stagecraft) {
  const { config, policy, sandbox, library, verifier, task } = stagecraft;
  const { temperature, designerTokens, executorTokens } = config.rollout;

  const call: Effect = async ({ stream, key, input }) => {
    const { role, ask } = callSchema.parse(input);
    const completion = await policy.complete({
      role,
      prompt: role === 'designer' ? designerPrompt(ask.task) : executorPrompt(ask),
      stream: `${stream}/${key}`,
      sampler: { temperature, maxTokens: role === 'designer' ? designerTokens : executorTokens },
    });
    return { type: 'called', data: recordCompletion(completion) };
  };

  const tool: Effect = async ({ input }) => {
    const { name, input: source } = toolSchema.parse(input);
    return { type: 'tool.returned', data: { ...(await runTool(name, source, sandbox)) } };
  };

  const compile: Effect = async ({ input }) => {
    const { script } = compileSchema.parse(input);
    const { ok, ...result } = await readScript(script, library, sandbox);
    return { type: ok ? 'compiled' : 'rejected', data: JSON.parse(JSON.stringify(result)) };
  };

  const check: Effect = async ({ input }) => {
    const { task: id, draft } = checkSchema.parse(input);
    const { passed, text } = await verifier.feedback(task(id), draft, sandbox);
    return { type: 'checked', data: { passed, text } };
  };

  const verify: Effect = async ({ input }) => {
    const { task: id, reply } = verifySchema.parse(input);
    const { score, answer, parts } = await verifier.verify(task(id), reply, sandbox);
    return { type: 'verified', data: { score, answer: { ...answer }, parts } };
  };

  return { call, tool, compile, check, verify };
}
