/** The two roles that Troupe trains. */
export type Role = 'designer' | 'executor';

/**
 * A prompt is a list of typed segments, never one string: what a task, a tool or another agent says cannot
 * pass itself off as something else, and every policy renders the same segments in its own way (special
 * tokens for the embedded one, messages for an endpoint).
 *
 * - `designer` / `executor` open the prompt and say which role speaks; text is empty or the agent's name
 * - `task` the question; `tool` announces a tool by name
 * - `call` a tool call the agent made before, `result` what it returned
 * - `draft` an earlier answer put before a reviser or a critic, `feedback` what was said about it
 * - `role` what the design says this agent is; `answer` what another agent said, after its name
 * - `choices` names to choose from, one per line
 */
export const SEGMENT_KINDS = [
  'designer',
  'executor',
  'task',
  'tool',
  'call',
  'result',
  'draft',
  'feedback',
  'role',
  'answer',
  'choices',
] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];
export interface Segment {
  readonly kind: SegmentKind;
  readonly text: string;
}
export type Prompt = readonly Segment[];

/**
 * A completion in which an agent calls its tool starts with this mark; the rest is the tool's input. It is
 * one special token of the embedded policy, which plain text can never encode to.
 */
export const TOOL_CALL_MARK = '<call>';
