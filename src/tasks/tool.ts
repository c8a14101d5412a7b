import { z } from 'zod';
import { canonicalJson, type Json } from '../core/json.ts';
import { PYTHON_RUNNER } from './python-runner.ts';
import type { Sandbox } from './sandbox.ts';

/** Evaluates a JavaScript expression. */
export const JS_TOOL = 'js';
/** Runs a Python program; its output is the result. Starts a process, so not for training. */
export const PYTHON_TOOL = 'python';
/** An agent's tools where it has that one only. */
export const JS_TOOLS = [{ name: JS_TOOL }] as const;
const TOOL_RESULT_CHARACTERS = 40;

export interface ToolResult {
  readonly ok: boolean;
  /** Why it failed, for the log; `killed` where only a wall clock stopped it. */
  readonly failure?: string;
  /** What the agent reads: the value's JSON, cut short, or `error`. */
  readonly text: string;
}

/** What a tool call whose value is `value` shows the agent. */
export function toolText(value: unknown): string {
  return canonicalJson(value).slice(0, TOOL_RESULT_CHARACTERS);
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
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly failure: string; readonly message: string };

/**
 * Runs one tool call. A wrong name or input is a result, not an exception: agents make mistakes.
 *
 * @param wanted null where the agent named none of its tools
 */
export async function runTool(
  wanted: BoundTool | null,
  input: string,
  { sandbox, jail }: { readonly sandbox: Sandbox; readonly jail?: PythonHost },
): Promise<ToolResult> {
  if (wanted?.python !== undefined && wanted.script !== undefined && jail !== undefined) {
    const args = argumentsOf(input);
    if (args === null) return { ok: false, text: 'error' };
    return shown(await jail.call(wanted.script, wanted.python, args));
  }
  if (wanted?.name === PYTHON_TOOL && jail !== undefined) {
    return shown(await jail.call(PYTHON_RUNNER, '0:run', { program: input }));
  }
  if (wanted?.name !== JS_TOOL) return { ok: false, text: 'error' };
  return shown(await sandbox.evaluate({ source: `return (${input}\n);` }));
}

function shown(result: HostResult): ToolResult {
  if (result.ok) return { ok: true, text: toolText(result.value) };
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
