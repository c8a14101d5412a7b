import { canonicalJson } from '../core/json.ts';
import type { Sandbox, SandboxFailure } from './sandbox.ts';

/** The one tool there is: evaluates a JavaScript expression. */
export const JS_TOOL = 'js';
const TOOL_RESULT_CHARACTERS = 40;

export interface ToolResult {
  readonly ok: boolean;
  /** Why it failed, for the log. */
  readonly failure?: SandboxFailure;
  /** What the agent reads: the value's JSON, cut short, or `error`. */
  readonly text: string;
}

/** What a tool call whose value is `value` shows the agent. */
export function toolText(value: unknown): string {
  return canonicalJson(value).slice(0, TOOL_RESULT_CHARACTERS);
}

/** Runs one tool call. A wrong name or input is a result, not an exception: agents make mistakes. */
export async function runTool(name: string, input: string, sandbox: Sandbox): Promise<ToolResult> {
  if (name !== JS_TOOL) return { ok: false, text: 'error' };
  const result = await sandbox.evaluate({ source: `return (${input}\n);` });
  if (result.ok) return { ok: true, text: toolText(result.value) };
  return { ok: false, text: 'error', failure: result.failure };
}
