import { z } from 'zod';
import { canonicalJson, type Json, type JsonObject } from '../core/json.ts';
import { PYTHON_RUNNER } from './python-runner.ts';
import type { Sandbox } from './sandbox.ts';

/** Evaluates a JavaScript expression. */
export const JS_TOOL = 'js';
/** Runs a Python program; its output is the result. Starts a process, so not for training. */
export const PYTHON_TOOL = 'python';
/** An agent's tools where it has that one only. */
export const JS_TOOLS = [{ name: JS_TOOL }] as const;
/** Characters of a tool's result that an agent reads, unless a run says otherwise: embedded policies have 128 tokens. */
const TOOL_CHARACTERS = 40;
/** The same for large policies, and in dry runs. */
export const LARGE_TOOL_CHARACTERS = 8000;

export interface ToolResult {
  readonly ok: boolean;
  /** Why it failed, for the log; `killed` where only a wall clock stopped it. */
  readonly failure?: string;
  /** What the agent reads: the value's JSON, cut short, or `error`. */
  readonly text: string;
}

/**
 * What a tool call whose value is `value` shows the agent.
 *
 * @param characters what is longer is cut there, with a mark; left out, after 40 and without one
 */
export function toolText(value: unknown, characters?: number): string {
  const text = canonicalJson(value);
  if (characters === undefined) return text.slice(0, TOOL_CHARACTERS);
  return text.length <= characters
    ? text
    : `${text.slice(0, characters)} … (cut: ${characters} of ${text.length} characters)`;
}

/** A function of a design's own script, bound to the script. */
export interface BoundTool {
  readonly name: string;
  readonly python?: string | undefined;
  readonly script?: string | undefined;
}

/** Whoever can call functions of a Python script. */
export interface PythonHost {
  call(script: string, name: string, args: { readonly [name: string]: Json }): Promise<HostResult>;
}
export type HostResult =
  | { readonly ok: true; readonly value: Json; readonly state?: JsonObject | undefined }
  | { readonly ok: false; readonly failure: string; readonly message: string };

/**
 * Runs one tool call. A wrong name or input is a result, not an exception: agents make mistakes.
 *
 * @param wanted null where the agent named none of its tools
 */
export async function runTool(
  wanted: BoundTool | null,
  input: string,
  {
    sandbox,
    jail,
    characters,
  }: { readonly sandbox: Sandbox; readonly jail?: PythonHost; readonly characters?: number | undefined },
): Promise<ToolResult> {
  if (wanted?.python !== undefined && wanted.script !== undefined && jail !== undefined) {
    const args = argumentsOf(input);
    if (args === null) return { ok: false, text: 'error' };
    return shown(await jail.call(wanted.script, wanted.python, args), characters);
  }
  if (wanted?.name === PYTHON_TOOL && jail !== undefined) {
    return shown(await jail.call(PYTHON_RUNNER, '0:run', { program: input }), characters);
  }
  if (wanted?.name !== JS_TOOL) return { ok: false, text: 'error' };
  return shown(await sandbox.evaluate({ source: `return (${input}\n);` }), characters);
}

function shown(result: HostResult, characters: number | undefined): ToolResult {
  if (result.ok) return { ok: true, text: toolText(result.value, characters) };
  return { ok: false, text: 'error', failure: result.failure };
}

/** A function's arguments: a JSON object by name, or plain text as the only one. */
function argumentsOf(input: string): { readonly [name: string]: Json } | null {
  if (!input.trimStart().startsWith('{')) return { input };
  try {
    const parsed = z.record(z.string(), z.json()).safeParse(JSON.parse(input));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
