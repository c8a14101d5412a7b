import { MemoryLog } from '../../store/memory-log.ts';
import { must } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { answerOf } from '../designs/answer.ts';
import type { NodeLibrary } from '../designs/library.ts';
import type { MasSpec } from '../designs/spec.ts';
import type { ExecutorCall } from '../policies/executor-prompt.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';
import type { Sandbox } from '../tasks/sandbox.ts';
import type { PythonHost } from '../tasks/tool.ts';
import { actorFactory } from './actors.ts';
import type { Effects } from './effect.ts';
import { askSchema, programEffects } from './effects/acting.ts';
import { Scheduler } from './scheduler.ts';

export interface RehearsalOptions {
  readonly library: NodeLibrary;
  readonly sandbox: Sandbox;
  readonly jail?: PythonHost | undefined;
  /** The question. */
  readonly task: string;
  /** What the scripted policy answers to a call; a tool call begins with its mark. */
  readonly respond: (ask: ExecutorCall, stream: string) => string;
}

export interface Rehearsed {
  /** The answer as typed data; null if the design came to none. */
  readonly answer: string | null;
  /** Why not. */
  readonly cause: string | null;
  readonly calls: number;
}

/**
 * Runs a design once on the real scheduler, machines, tools and jail, with a scripted policy and without a
 * store: what it would do, for nothing. Public tests pass.
 */
export async function rehearse(spec: MasSpec, options: RehearsalOptions): Promise<Rehearsed> {
  const { library, task, respond } = options;
  let reply: string | null = null;
  const none = (what: string) => () => Promise.reject(new TypeError(`a rehearsal has no effect "${what}"`));
  const effects: Effects = {
    ...programEffects(options),
    call: async ({ input, stream }) => {
      const said = respond(askSchema.parse(input).ask, stream);
      const asksTool = said.startsWith(TOOL_CALL_MARK);
      const text = asksTool ? said.slice(TOOL_CALL_MARK.length) : said;
      return { type: 'called', data: { text, asksTool, finish: 'stop' } };
    },
    check: async () => ({ type: 'checked', data: { passed: true, text: 'ok' } }),
    verify: async ({ input }) => {
      reply = answerOf(must(replyOf(input), 'a reply to verify'));
      return { type: 'verified', data: { score: 0, answer: { kind: 'text', text: reply }, parts: {} } };
    },
    compile: none('compile'),
    pick: none('pick'),
    recall: none('recall'),
    imitate: none('imitate'),
    credit: none('credit'),
    learn: none('learn'),
  };
  const scheduler = new Scheduler({
    log: new MemoryLog(() => 0),
    effects,
    createActor: actorFactory(library),
  });
  const input: JsonObject = {
    task: { id: 'rehearsal', family: 'rehearsal', text: task },
    spec: JSON.parse(JSON.stringify(spec)),
  };
  const output = must(await scheduler.run('execution', 'execution', input), 'the output of an execution');
  return { answer: reply, cause: stringOr(output.cause), calls: Number(output.calls) };
}

function replyOf(input: unknown): string | null {
  return typeof input === 'object' && input !== null && 'reply' in input ? stringOr(input.reply) : null;
}

function stringOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * A policy for rehearsals: takes the first choice, uses a tool once where it has one, accepts a draft that
 * nobody has commented on yet, and otherwise says `answer`.
 */
export function plainPolicy(answer: string): (ask: ExecutorCall) => string {
  return ({ choices, tools, turns = [], draft, feedback }) => {
    if (choices !== undefined) return choices[0] ?? '';
    const [tool] = tools ?? [];
    if (tool !== undefined && turns.length === 0) {
      const input = TOOL_INPUTS[tool.name] ?? '{}';
      return `${TOOL_CALL_MARK}${tools?.length === 1 ? '' : `${tool.name} `}${input}`;
    }
    return draft !== undefined && feedback === undefined ? 'CORRECT' : answer;
  };
}

const TOOL_INPUTS: { readonly [tool: string]: string } = { js: '6 * 7', python: 'print(6 * 7)' };
