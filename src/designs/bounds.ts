import { LIMITS } from '../tasks/quickjs-limits.ts';
import type { Bounds } from './node.ts';

/** Steps that one tool call, one run of the public tests or one call of a script's own function may take. */
export const STEPS_PER_TOOL = LIMITS.steps;

export const NOTHING: Bounds = { calls: 0, tokens: 0, toolSteps: 0 };

/** One question to the tests or to a function. */
export const ONE_QUESTION: Bounds = { ...NOTHING, toolSteps: STEPS_PER_TOOL };

/** All of them, one after the other or at once. */
export function sum(...parts: readonly Bounds[]): Bounds {
  return parts.reduce(
    (a, b) => ({
      calls: a.calls + b.calls,
      tokens: a.tokens + b.tokens,
      toolSteps: a.toolSteps + b.toolSteps,
    }),
    NOTHING,
  );
}

/** The same again, `n` times. */
export function times(n: number, { calls, tokens, toolSteps }: Bounds): Bounds {
  return { calls: n * calls, tokens: n * tokens, toolSteps: n * toolSteps };
}

/** One of them, whichever costs most in each respect. */
export function most(parts: readonly Bounds[]): Bounds {
  return parts.reduce(
    (a, b) => ({
      calls: Math.max(a.calls, b.calls),
      tokens: Math.max(a.tokens, b.tokens),
      toolSteps: Math.max(a.toolSteps, b.toolSteps),
    }),
    NOTHING,
  );
}
