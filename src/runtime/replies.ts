import { z } from 'zod';
import type { ExecutorCall } from '../policies/executor-prompt.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';

/** Replies by agent name; `*` stands for every agent without replies of its own. */
export const repliesSchema = z.record(
  z.string(),
  z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]),
);
export type Replies = z.infer<typeof repliesSchema>;

/**
 * A policy that says what was written down for it, agent by agent: the first reply to an agent's first call, the
 * last one again and again after that. Agents of one name share their replies; whoever has none asks `otherwise`.
 */
export function repliesPolicy(
  replies: Replies,
  otherwise: (ask: ExecutorCall) => string,
): (ask: ExecutorCall) => string {
  const said = new Map<string, number>();
  return (ask) => {
    const name = ask.name ?? '';
    const own = Object.hasOwn(replies, name) ? replies[name] : replies['*'];
    const count = said.get(name) ?? 0;
    said.set(name, count + 1);
    return own?.[Math.min(count, own.length - 1)] ?? otherwise(ask);
  };
}

/**
 * A policy for dry runs: takes the first choice, uses a tool once where it has one, accepts a draft that
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
