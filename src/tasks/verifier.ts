import { z } from 'zod';
import { canonicalJson, type Json } from '../core/json.ts';
import { NO_TESTS, PASSED, testFeedback } from './feedback.ts';
import type { Sandbox, SandboxFailure } from './sandbox.ts';
import type { Answer, Feedback, Task, Test, Verdict, Verifier } from './task.ts';

/**
 * The verifier of all built-in checks. Integers and texts are compared exactly. A function is run in the sandbox on
 * the tests' inputs; what it should return never enters the sandbox, so no program can look it up.
 */
export const verifier: Verifier = {
  async verify(task: Task, reply: string, sandbox: Sandbox): Promise<Verdict> {
    const { check } = task;
    if (check.kind === 'integer') {
      const answer = parseInteger(reply);
      const score = answer.kind === 'integer' && answer.value === check.value ? 1 : 0;
      return { score, answer, parts: { parsed: answer.kind === 'integer' ? 1 : 0, correct: score } };
    }
    if (check.kind === 'text') {
      const value = reply.trim();
      const score = value === check.value ? 1 : 0;
      return { score, answer: { kind: 'text', value }, parts: { parsed: 1, correct: score } };
    }
    const run = await runFunction(reply, [...check.public, ...check.hidden], sandbox);
    if (run.kind === 'none') {
      return {
        score: 0,
        answer: { kind: 'none', cause: run.cause },
        parts: { parsed: 0, public: 0, hidden: 0 },
        ...killed(run),
      };
    }
    const shown = fraction(run.outputs.slice(0, check.public.length), check.public);
    const hidden = fraction(run.outputs.slice(check.public.length), check.hidden);
    return {
      score: shown === 1 && hidden === 1 ? 1 : 0,
      answer: { kind: 'function', source: reply.trim() },
      parts: { parsed: 1, public: shown, hidden },
    };
  },

  async feedback(task: Task, draft: string, sandbox: Sandbox): Promise<Feedback> {
    const { check } = task;
    if (check.kind !== 'tests' || check.public.length === 0) return { passed: false, text: NO_TESTS };
    const run = await runFunction(draft, check.public, sandbox);
    for (const [index, test] of check.public.entries()) {
      const got = run.kind === 'none' ? undefined : run.outputs[index];
      if (!matches(got, test)) {
        return { passed: false, text: testFeedback(got, test.output), ...killed(run) };
      }
    }
    return { passed: true, text: PASSED };
  },
};

/** The whole reply, but for white space around it, must be one integer. */
function parseInteger(reply: string): Answer {
  const text = reply.trim();
  if (!/^-?\d+$/.test(text)) return { kind: 'none', cause: 'not an integer' };
  const value = Number(text) + 0;
  return Number.isSafeInteger(value)
    ? { kind: 'integer', value }
    : { kind: 'none', cause: 'integer too large' };
}

type Run =
  | { readonly kind: 'none'; readonly cause: string }
  /** One per test; undefined where the function threw or returned what is not JSON. */
  | { readonly kind: 'outputs'; readonly outputs: readonly (Json | undefined)[] };

/** The mark of a program that only a wall clock stopped: another time it need not end the same way. */
function killed(run: Run): { readonly killed?: true } {
  return run.kind === 'none' && run.cause === CAUSES.killed ? { killed: true } : {};
}

const CAUSES: Readonly<Record<SandboxFailure, string>> = {
  syntax: 'does not parse',
  error: 'throws',
  steps: 'spends its steps',
  memory: 'spends its memory',
  value: 'returns what is not JSON',
  killed: 'was killed',
};

/** `[]` where the function is not one; else per test `[value]`, or `[]` where it threw or gave no JSON. */
const outcomeSchema = z.array(z.array(z.json()).max(1)).nullable();

async function runFunction(reply: string, tests: readonly Test[], sandbox: Sandbox): Promise<Run> {
  const source = reply.trim();
  if (source === '') return { kind: 'none', cause: 'empty' };
  const inputs = canonicalJson(tests.map(({ input }) => input));
  const result = await sandbox.evaluate({ source: `${HARNESS}return run(${inputs},\n${source}\n);` });
  if (!result.ok) return { kind: 'none', cause: CAUSES[result.failure] };
  const outcome = outcomeSchema.safeParse(result.value);
  if (!outcome.success || outcome.data === null) return { kind: 'none', cause: 'not a function' };
  const outputs = outcome.data.map(([value]) => value);
  if (outputs.length > 0 && outcome.data.every((one) => one.length === 0)) {
    return { kind: 'none', cause: CAUSES.error };
  }
  return { kind: 'outputs', outputs };
}

/** Calls the function on every input; what is thrown, or not finite, becomes an empty outcome. */
const HARNESS = `const run=(inputs,f)=>typeof f!=='function'?null:inputs.map((args)=>{
try{const v=f(...args);return v===undefined||(typeof v==='number'&&!Number.isFinite(v))?[]:[v]}catch(e){return[]}});
`;

function fraction(outputs: readonly (Json | undefined)[], tests: readonly Test[]): number {
  if (tests.length === 0) return 1;
  return tests.filter((test, index) => matches(outputs[index], test)).length / tests.length;
}

function matches(output: Json | undefined, test: Test): boolean {
  return output !== undefined && canonicalJson(output) === canonicalJson(test.output);
}
