import type { Prompt, Segment } from './prompt.ts';

/** What an executor call is made of. Runtime and demonstrations build the same prompt from it. */
export interface ExecutorCall {
  /** The agent's name; empty by default. */
  readonly name?: string;
  /** The question as the agent sees it. */
  readonly task: string;
  /** The tool that the agent may call. */
  readonly tool?: string | undefined;
  /** An earlier answer to revise, and what its tests said. */
  readonly draft?: string | undefined;
  readonly feedback?: string | undefined;
  /** Tool calls made so far in this agent's conversation, oldest first. */
  readonly turns?: readonly { readonly call: string; readonly result: string }[];
}

/** `[executor, task, tool?, draft?, feedback?, (call, result)*]`: what does not change comes first. */
export function executorPrompt(call: ExecutorCall): Prompt {
  const segments: Segment[] = [
    { kind: 'executor', text: call.name ?? '' },
    { kind: 'task', text: call.task },
  ];
  if (call.tool !== undefined) segments.push({ kind: 'tool', text: call.tool });
  if (call.draft !== undefined) segments.push({ kind: 'draft', text: call.draft });
  if (call.feedback !== undefined) segments.push({ kind: 'feedback', text: call.feedback });
  for (const { call: input, result } of call.turns ?? []) {
    segments.push({ kind: 'call', text: input }, { kind: 'result', text: result });
  }
  return segments;
}
