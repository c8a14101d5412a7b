import { z } from 'zod';
import { behaves } from '../../core/behaviours.ts';
import { must } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { deliverable } from '../../designs/answers.ts';
import { designOf } from '../../designs/design.ts';
import type { KnownAnswer } from '../../designs/known-answer.ts';
import type { NodeLibrary } from '../../designs/library.ts';
import type { PythonJail } from '../../designs/python/jail.ts';
import type { DesignReader } from '../../designs/reader.ts';
import { designerPrompt } from '../../policies/designer-prompt.ts';
import { type ExecutorCall, executorPrompt } from '../../policies/executor-prompt.ts';
import type { Policy } from '../../policies/policy.ts';
import { recordCompletion } from '../../policies/recorded-call.ts';
import type { Sandbox } from '../../tasks/sandbox.ts';
import type { Feedback, Task, Verdict, Verifier } from '../../tasks/task.ts';
import { type PythonHost, runTool } from '../../tasks/tool.ts';
import type { RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';

/** What acting needs: policies, tools, verifiers and the tasks that they judge by. */
export interface Stagecraft {
  readonly config: RunConfig;
  readonly policy: Policy;
  readonly sandbox: Sandbox;
  readonly jail: PythonJail;
  readonly reader: DesignReader;
  readonly library: NodeLibrary;
  readonly verifier: Verifier;
  /** One agent's copy of a task's text; `stream` names the agent. */
  readonly observe: (family: string, text: string, stream: string) => string;
  /** The task with this id; throws if the run has none. */
  readonly task: (id: string) => Task;
  /** The task with this text, if the run has one. */
  readonly taskOf: (text: string) => Task | undefined;
}

const turnSchema = z.object({ call: z.string(), result: z.string() });
const agentToolSchema = z.object({
  name: z.string(),
  description: z.string().optional(),
  python: z.string().optional(),
  script: z.string().optional(),
});
/** What an agent asks its policy. */
export const askSchema = z.object({
  role: z.literal('executor'),
  ask: z.object({
    name: z.string().optional(),
    task: z.string(),
    family: z.string().optional(),
    prompt: z.string().optional(),
    fill: z.literal(true).optional(),
    tools: z.array(agentToolSchema).optional(),
    sees: z.array(z.object({ name: z.string(), text: z.string() })).optional(),
    turns: z.array(turnSchema),
    draft: z.string().optional(),
    feedback: z.string().optional(),
    choices: z.array(z.string()).optional(),
  }),
  temperature: z.number().optional(),
  tokens: z.number().optional(),
});
const callSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('designer'), ask: z.object({ task: z.string() }) }),
  askSchema,
]);
const toolSchema = z.object({ tool: agentToolSchema.nullable(), input: z.string() });
const evaluateSchema = z.object({
  script: z.string(),
  function: z.string(),
  context: z.object({
    task: z.string(),
    messages: z.array(z.object({ sender: z.string(), content: z.string() })),
    state: z.record(z.string(), z.json()).optional(),
  }),
});
const compileSchema = z.object({ script: z.string(), task: z.string(), fixed: z.boolean().default(false) });
const checkSchema = z.object({ task: z.string(), draft: z.string() });
const verifySchema = z.object({ task: z.string(), reply: z.string() });

/** The effects of rollout trees: policy calls, tools, compilation, checks and verdicts. */
export function actingEffects(stagecraft: Stagecraft) {
  const { config, policy, sandbox, jail, reader, library, verifier, task, taskOf, observe } = stagecraft;
  const { designerTokens, executorTokens, dialect } = config.rollout;

  const call: Effect = async ({ stream, key, input }) => {
    const request = callSchema.parse(input);
    const { role } = request;
    const { temperature = config.rollout.temperature, tokens = executorTokens } =
      request.role === 'executor' ? request : {};
    const completion = await policy.complete({
      role,
      prompt:
        request.role === 'designer'
          ? designerPrompt(request.ask.task)
          : executorPrompt(seenBy(stream, request.ask)),
      stream: `${stream}/${key}`,
      sampler: { temperature, maxTokens: role === 'designer' ? designerTokens : tokens },
    });
    return { type: 'called', ...recordCompletion(completion) };
  };

  /** What an agent is asked, with its own copy of the task in place of the task. */
  const seenBy = (agent: string, { family, ...ask }: z.infer<typeof askSchema>['ask']): ExecutorCall =>
    family === undefined ? ask : { ...ask, task: observe(family, ask.task, agent) };

  const compile: Effect = async ({ input }) => {
    const { script, task: text, fixed } = compileSchema.parse(input);
    // A fixed design may be in either dialect, whatever the run's designer writes.
    const { spec, failure } = await reader.read(script, fixed ? 'auto' : dialect, knownAnswer(text));
    if (failure !== null) return { type: 'rejected', data: { ...failure } };
    const design = designOf(must(spec, 'the spec of a design that passed its checks'), library);
    return { type: 'compiled', data: plain(design) };
  };

  /** The answer of the task with this text, where roles are looked through for it and a text can hold it. */
  const knownAnswer = (text: string): KnownAnswer | null => {
    const wanted = behaves(config.behaviours, 'knownAnswer') ? taskOf(text)?.check : undefined;
    return wanted === undefined || wanted.kind === 'tests' ? null : { task: text, answer: `${wanted.value}` };
  };

  const check: Effect = async ({ input }) => {
    const { task: id, draft } = checkSchema.parse(input);
    return {
      type: 'checked',
      data: judged(await verifier.feedback(task(id), delivered(id, draft), sandbox)),
    };
  };

  const verify: Effect = async ({ input }) => {
    const { task: id, reply } = verifySchema.parse(input);
    return { type: 'verified', data: judged(await verifier.verify(task(id), delivered(id, reply), sandbox)) };
  };

  /** What a text delivers, for a verifier. */
  const delivered = (id: string, text: string): string => {
    const { kind } = task(id).check;
    if (!behaves(config.behaviours, 'oneAnswer')) return text;
    return deliverable(text, kind === 'tests' ? 'program' : kind);
  };

  /** What a verifier says, as this run records it. */
  const judged = ({ failed, ...said }: Verdict | Feedback): JsonObject =>
    plain(failed !== undefined && behaves(config.behaviours, 'failedTest') ? { ...said, failed } : said);

  return {
    call,
    compile,
    check,
    verify,
    ...programEffects({ sandbox, jail, toolCharacters: config.rollout.toolCharacters }),
  };
}

/** The effects that run programs of agents and scripts: tools, and the functions of a design's own script. */
export function programEffects({
  sandbox,
  jail,
  toolCharacters,
}: {
  readonly sandbox: Sandbox;
  readonly jail?: PythonHost | undefined;
  /** Where a tool's result is cut; left out, at 40 and without a mark. */
  readonly toolCharacters?: number | undefined;
}) {
  const tool: Effect = async ({ input }) => {
    const { tool: wanted, input: text } = toolSchema.parse(input);
    const hosts = { sandbox, characters: toolCharacters, ...(jail === undefined ? {} : { jail }) };
    return { type: 'tool.returned', data: { ...(await runTool(wanted, text, hosts)) } };
  };
  const evaluate: Effect = async ({ input }) => {
    const { script, function: name, context } = evaluateSchema.parse(input);
    const result = await must(jail, 'a jail for the functions of a script').call(
      script,
      name,
      plain(context),
    );
    if (result.ok) {
      const { value, state } = result;
      return { type: 'evaluated', data: { value, ...(state === undefined ? {} : { state }) } };
    }
    const { failure, message } = result;
    const mark = failure === 'killed' ? { killed: true } : {};
    return { type: 'evaluated', data: { value: null, failure, message, ...mark } };
  };
  return { tool, evaluate };
}

/** A value as the log will hold it: JSON, members without a value left out. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
