import { MemoryLog } from '../../store/memory-log.ts';
import { must } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { deliverable } from '../designs/answers.ts';
import type { NodeLibrary } from '../designs/library.ts';
import type { MasSpec } from '../designs/spec.ts';
import { type ExecutorCall, executorPrompt } from '../policies/executor-prompt.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';
import { PASSED } from '../tasks/feedback.ts';
import type { Sandbox } from '../tasks/sandbox.ts';
import { LARGE_TOOL_CHARACTERS, type PythonHost } from '../tasks/tool.ts';
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
  /** Whether the public tests pass, run by run; the last one again after that. They pass where none is given. */
  readonly tests?: readonly boolean[] | undefined;
}

/** One call of a dry run. */
export interface RehearsedCall {
  /** The agent's name. */
  readonly agent: string;
  /** What it saw: a line per segment, `[kind] text`. */
  readonly prompt: string;
  readonly reply: string;
}

export interface Rehearsed {
  /** The answer as typed data; null if the design came to none. */
  readonly answer: string | null;
  /** Why not. */
  readonly cause: string | null;
  readonly calls: number;
  /** Every call, in the order in which they were made. */
  readonly transcript: readonly RehearsedCall[];
}

/**
 * Runs a design once on the real scheduler, machines, tools and jail, with a scripted policy and without a
 * store: what it would do, for nothing.
 */
export async function rehearse(spec: MasSpec, options: RehearsalOptions): Promise<Rehearsed> {
  const { library, task, respond, tests = [] } = options;
  const transcript: RehearsedCall[] = [];
  let tested = 0;
  let reply: string | null = null;
  const none = (what: string) => () => Promise.reject(new TypeError(`a rehearsal has no effect "${what}"`));
  const effects: Effects = {
    ...programEffects({ ...options, toolCharacters: LARGE_TOOL_CHARACTERS }),
    call: async ({ input, stream }) => {
      const { ask } = askSchema.parse(input);
      const said = respond(ask, stream);
      transcript.push({ agent: ask.name ?? '', prompt: promptText(ask), reply: said });
      const asksTool = said.startsWith(TOOL_CALL_MARK);
      const text = asksTool ? said.slice(TOOL_CALL_MARK.length) : said;
      return { type: 'called', data: { text, asksTool, finish: 'stop' } };
    },
    check: async () => {
      const passed = tests[Math.min(tested++, tests.length - 1)] ?? true;
      return { type: 'checked', data: { passed, text: passed ? PASSED : FAILED } };
    },
    verify: async ({ input }) => {
      reply = deliverable(must(replyOf(input), 'a reply to verify'), 'text');
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
  return { answer: reply, cause: stringOr(output.cause), calls: Number(output.calls), transcript };
}

/** What the public tests of a dry run say of a draft that does not pass: there is no test to name. */
const FAILED = 'the public tests fail';

/** A prompt as a person reads it. */
function promptText(ask: ExecutorCall): string {
  return executorPrompt(ask)
    .map(({ kind, text }) => `[${kind}] ${text}`)
    .join('\n');
}

function replyOf(input: unknown): string | null {
  return typeof input === 'object' && input !== null && 'reply' in input ? stringOr(input.reply) : null;
}

function stringOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
