import type { Prompt, Segment } from './prompt.ts';

/** What an executor call is made of. Runtime and demonstrations build the same prompt from it. */
export interface ExecutorCall {
  /** The agent's name; empty by default. */
  readonly name?: string | undefined;
  /** The question as the agent sees it. */
  readonly task: string;
  /** The role that the design gives it. */
  readonly prompt?: string | undefined;
  /** `{question}`, `{response}` and `{reflection}` in it stand for the task, the draft and the feedback. */
  readonly fill?: true | undefined;
  /** The tools that the agent may call. */
  readonly tools?:
    | readonly { readonly name: string; readonly description?: string | undefined }[]
    | undefined;
  /** Answers of other agents that it may see, oldest first. */
  readonly sees?: readonly { readonly name: string; readonly text: string }[] | undefined;
  /** An earlier answer to revise, and what was said about it. */
  readonly draft?: string | undefined;
  readonly feedback?: string | undefined;
  /** Names that it is to choose from. */
  readonly choices?: readonly string[] | undefined;
  /** Tool calls made so far in this agent's conversation, oldest first. */
  readonly turns?: readonly { readonly call: string; readonly result: string }[];
}

/**
 * `[executor, role?, task, tool*, answer*, draft?, feedback?, choices?, (call, result)*]`: what does not change
 * within an agent's conversation comes first.
 */
export function executorPrompt(call: ExecutorCall): Prompt {
  const segments: Segment[] = [
    { kind: 'executor', text: call.name ?? '' },
    ...(call.prompt === undefined ? [] : [{ kind: 'role' as const, text: roleOf(call) }]),
    { kind: 'task', text: call.task },
  ];
  for (const { name, description } of call.tools ?? []) {
    segments.push({ kind: 'tool', text: description === undefined ? name : `${name}: ${description}` });
  }
  for (const { name, text } of call.sees ?? []) segments.push({ kind: 'answer', text: `${name}: ${text}` });
  if (call.draft !== undefined) segments.push({ kind: 'draft', text: call.draft });
  if (call.feedback !== undefined) segments.push({ kind: 'feedback', text: call.feedback });
  if (call.choices !== undefined) segments.push({ kind: 'choices', text: call.choices.join('\n') });
  for (const { call: input, result } of call.turns ?? []) {
    segments.push({ kind: 'call', text: input }, { kind: 'result', text: result });
  }
  return segments;
}

/** The role with its placeholders filled; what they stand for is not looked through for others. */
function roleOf({ prompt = '', fill, task, draft = '', feedback = '' }: ExecutorCall): string {
  if (fill !== true) return prompt;
  const values: { readonly [name: string]: string } = {
    question: task,
    response: draft,
    reflection: feedback,
  };
  return prompt.replace(/\{(question|response|reflection)\}/g, (_, name: string) => values[name] ?? '');
}
