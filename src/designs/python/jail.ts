import type { z } from 'zod';
import { InvariantError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { JailCell } from './jail-cell.ts';
import { JAIL_LIMITS } from './jail-limits.ts';
import { type JailPaths, jailPaths, startJail } from './jail-process.ts';
import { callReplySchema, type JailEnd, type JailRequest, readReplySchema } from './jail-protocol.ts';
import { snapshotFile } from './jail-snapshot.ts';

/** `killed` is the only outcome that the same script need not have again. */
export type JailCause =
  z.infer<typeof readReplySchema> extends infer Reply
    ? (Reply extends { ok: false; cause: infer Cause } ? Cause : never) | 'killed'
    : never;

export interface JailFailure {
  readonly ok: false;
  readonly failure: JailCause;
  readonly message: string;
  readonly line?: number;
  /** Steps taken, in the jail's units; 0 where nobody could count them. */
  readonly polls: number;
}

export type JailReading = Extract<z.infer<typeof readReplySchema>, { ok: true }> | JailFailure;
export type JailCall = Extract<z.infer<typeof callReplySchema>, { ok: true }> | JailFailure;

interface Settings {
  /** An evaluation without an answer for this long is killed; milliseconds. */
  readonly killAfter?: number;
  /** Evaluations at the same time, each a process of about 200 MB. */
  readonly parallel?: number;
}

/**
 * Evaluates Python scripts, each in a process of its own that is started for it and ends with it. A process
 * stands by, so that an evaluation need not wait for one to start. Nothing that a script does there reaches
 * a file, the network, the environment or another script.
 *
 * Three walls, outermost first: the process itself (Node's permission model, no environment, CPU limit);
 * the JavaScript in it, where no text becomes code and little is left to find; Python without the modules
 * that lead to JavaScript. Only the first is a promise. Loop turns and calls are counted outside of Python,
 * memory has a cap, chance and time are fixed, so a script ends in the same way every time. What Python does
 * within one call of C (`sum(range(10**14))`, a bad regular expression) is not counted: there the clock
 * stops it, and the outcome is `killed`.
 */
export class PythonJail {
  readonly #killAfter: number;
  readonly #parallel: number;
  #paths: JailPaths | undefined;
  #snapshot: Promise<string> | undefined;
  #standby: Promise<JailCell> | undefined;
  #running = new Set<JailCell>();
  #active = 0;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(settings: Settings = {}) {
    this.#killAfter = settings.killAfter ?? JAIL_LIMITS.killAfter;
    this.#parallel = settings.parallel ?? 2;
  }

  /** Resolves when an evaluation would not have to wait for a process to start. */
  async warm(): Promise<void> {
    await (await this.#prepare()).ready();
  }

  /** Runs a script up to its end, recording what it builds and runs. */
  async read(script: string): Promise<JailReading> {
    const end = await this.#evaluate({ mode: 'read', script });
    const parsed = parse(end, readReplySchema);
    return 'failure' in parsed || parsed.ok ? parsed : failureOf(parsed);
  }

  /**
   * Runs a script again up to its run, and calls one of its own functions. Predicates and routers get a
   * context made of `{task, messages: [{sender, content, type}], state}`; tools get `args` as keywords.
   */
  async call(script: string, ref: string, args: Json): Promise<JailCall> {
    const end = await this.#evaluate({ mode: 'call', script, ref, args });
    const parsed = parse(end, callReplySchema);
    return 'failure' in parsed || parsed.ok ? parsed : failureOf(parsed);
  }

  /** Ends all processes. What still runs is answered as a crash; what still waits is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
    const standby = await this.#standby?.catch(() => undefined);
    standby?.kill();
    for (const cell of this.#running) cell.kill();
  }

  async #evaluate(request: JailRequest): Promise<JailEnd> {
    if (request.script.length > JAIL_LIMITS.source) {
      return { kind: 'crash', message: `is longer than ${JAIL_LIMITS.source} characters` };
    }
    await this.#turn();
    try {
      const cell = await this.#take();
      this.#running.add(cell);
      try {
        const asked = cell.ask(request);
        // The next one starts while this one works; should that fail, the next evaluation hears of it.
        this.#prepare().catch(() => {});
        return await asked;
      } finally {
        this.#running.delete(cell);
      }
    } finally {
      this.#active -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#active >= this.#parallel && !this.#closed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#active += 1;
  }

  async #take(): Promise<JailCell> {
    if (this.#closed) throw new InvariantError('the Python jail is closed');
    const standby = this.#prepare();
    this.#standby = undefined;
    const cell = await standby;
    return cell.usable ? cell : await this.#start();
  }

  #prepare(): Promise<JailCell> {
    this.#standby ??= this.#start();
    return this.#standby;
  }

  async #start(): Promise<JailCell> {
    this.#paths ??= jailPaths();
    this.#snapshot ??= snapshotFile(this.#paths);
    const snapshot = await this.#snapshot;
    if (this.#closed) throw new InvariantError('the Python jail is closed');
    return new JailCell(startJail(this.#paths, snapshot, this.#killAfter), this.#killAfter);
  }
}

function failureOf(reply: z.infer<typeof readReplySchema> & { ok: false }): JailFailure {
  const line = typeof reply.line === 'number' ? { line: reply.line } : {};
  return { ok: false, failure: reply.cause, message: reply.message, ...line, polls: reply.polls };
}

/** What a child said, if it has the form that was agreed on; whatever else it said is a crash. */
function parse<Reply>(end: JailEnd, schema: z.ZodType<Reply>): Reply | JailFailure {
  if (end.kind !== 'reply') return { ok: false, failure: end.kind, message: end.message, polls: 0 };
  try {
    const parsed = schema.safeParse(JSON.parse(end.text));
    if (parsed.success) return parsed.data;
  } catch {
    // No JSON: the script wrote over the reply.
  }
  return { ok: false, failure: 'crash', message: 'gives an answer of the wrong form', polls: 0 };
}
