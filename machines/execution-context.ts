import type { AgentInput, AgentOutput } from './agent.machine.ts';
import type { NodeResult, OpenAgentParams, PathParams, ToolRef } from './chart.ts';
import type { TaskRef } from './rollout.machine.ts';

export interface ExecutionInput {
  readonly task: TaskRef;
  /** The validated MAS spec that the machine was compiled from; kept with the execution in the log. */
  readonly spec: {
    readonly root: object;
    /** Source of the script whose functions the spec refers to. */
    readonly python?: string | undefined;
  };
}

/** `killed` marks what only a wall clock stopped: another execution need not end the same way. */
export type ExecutionEvent =
  | { readonly type: 'agent.finished'; readonly key: string; readonly output: AgentOutput }
  | {
      readonly type: 'checked';
      readonly key: string;
      readonly passed: boolean;
      readonly text: string;
      readonly killed?: true;
    }
  | {
      readonly type: 'evaluated';
      readonly key: string;
      readonly value: unknown;
      /** What the script's functions keep in their context, where they keep anything. */
      readonly state?: { readonly [name: string]: unknown };
      readonly killed?: true;
    }
  | {
      readonly type: 'verified';
      readonly key: string;
      readonly score: number;
      readonly answer: object;
      readonly killed?: true;
    };

/** What the environment said about a node's draft. */
export interface NodeFeedback {
  readonly passed: boolean;
  readonly text: string;
}

export interface ExecutionContext extends ExecutionInput {
  readonly results: { readonly [path: string]: NodeResult };
  /** Paths in the order in which their results came. */
  readonly order: readonly string[];
  readonly feedback: { readonly [path: string]: NodeFeedback };
  /** What functions of the script said. */
  readonly values: { readonly [path: string]: unknown };
  /** What those functions keep between their calls, if they keep anything. */
  readonly state?: { readonly [name: string]: unknown };
  /** Passes through loops. */
  readonly counts: { readonly [path: string]: number };
  /** Times that an agent or a question has answered: a second visit gets a stream and draws of its own. */
  readonly visits: { readonly [path: string]: number };
  readonly calls: number;
  readonly sampled: number;
  readonly reused: number;
  readonly killed: number;
  readonly score: number;
  readonly answer: object;
}

export const NO_ANSWER: NodeResult = { ok: false, cause: 'no answer' };

/** `agent/vote.solve1` the first time, `agent/vote.solve1~2` the second. */
export function key(prefix: string, { path }: PathParams, { visits }: ExecutionContext): string {
  const before = visits[`${prefix}/${path}`] ?? 0;
  return before === 0 ? `${prefix}/${path}` : `${prefix}/${path}~${before + 1}`;
}

/** One more visit, counted when its answer is kept: a path is not asked again before. */
export function visited(prefix: string, path: string, { visits }: ExecutionContext) {
  const place = `${prefix}/${path}`;
  return { visits: { ...visits, [place]: (visits[place] ?? 0) + 1 } };
}

/** `agent/vote.solve1` and `check/vote.solve1~2` both belong to the node `vote.solve1`. */
export function nodeOf(name: string): string {
  const visit = name.lastIndexOf('~');
  return name.slice(name.indexOf('/') + 1, visit < 0 ? undefined : visit);
}

export function withResult(
  { results, order: earlier }: ExecutionContext,
  path: string,
  result: NodeResult,
): Pick<ExecutionContext, 'results' | 'order'> {
  return {
    results: { ...results, [path]: result },
    order: [...earlier.filter((each) => each !== path), path],
  };
}

/** An answer of a node. */
interface Said {
  /** The node's own name, without the path to it. */
  readonly name: string;
  readonly text: string;
}

/** Titles of nodes by path. */
type Titles = { readonly [path: string]: string };

/** The name of a node by its path; what a node keeps of another for later bears that one's name. */
function nameOf(path: string, titles: Titles): string {
  const own = path.replace(/\.[A-Z][a-z]+(?=\.)/g, '');
  return titles[own] ?? path.slice(path.lastIndexOf('.') + 1);
}

/** What functions of the script kept, as a member of their context. */
export function stateOf({ state }: ExecutionContext): Pick<ExecutionContext, 'state'> {
  return state === undefined ? {} : { state };
}

/** The answers among these nodes, in the order in which they were given. */
export function answers(
  { results, order: given }: ExecutionContext,
  paths: readonly string[],
  titles: Titles = {},
): Said[] {
  return given
    .filter((path) => paths.includes(path))
    .flatMap((path) => {
      const result = results[path];
      return result?.ok === true ? [{ name: nameOf(path, titles), text: result.text }] : [];
    });
}

/** The same as a function of a script reads them. */
export function messages(context: ExecutionContext, paths: readonly string[], titles: Titles) {
  return answers(context, paths, titles).map(({ name, text }) => ({ sender: name, content: text }));
}

export function latest(context: ExecutionContext, paths: readonly string[]): Said | undefined {
  return answers(context, paths).at(-1);
}

export function agentInput(context: ExecutionContext, params: OpenAgentParams, titles: Titles): AgentInput {
  const { name, maxTurns, prompt, fill, tools = [], temperature, tokens, choices } = params;
  const seen = answers(context, params.sees ?? [], titles);
  const draft = latest(context, params.revises ?? []);
  const heeds = params.heeds ?? '';
  const said = context.feedback[heeds]?.text ?? latest(context, [heeds])?.text;
  const script = context.spec.python;
  const bound = tools.map((tool: ToolRef): ToolRef & { readonly script?: string } =>
    tool.python === undefined || script === undefined ? tool : { ...tool, script },
  );
  return {
    name,
    maxTurns,
    task: context.task.text,
    ...(context.task.copied === true ? { family: context.task.family } : {}),
    ...(prompt === undefined ? {} : { prompt }),
    ...(fill === undefined ? {} : { fill }),
    ...(bound.length === 0 ? {} : { tools: bound }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(seen.length === 0 ? {} : { sees: seen }),
    ...(draft === undefined ? {} : { draft: draft.text }),
    ...(draft === undefined || said === undefined ? {} : { feedback: said }),
    ...(choices === undefined ? {} : { choices }),
  };
}
