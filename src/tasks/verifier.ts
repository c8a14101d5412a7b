import { z } from 'zod';
import { canonicalJson, type Json } from '../core/json.ts';
import { NO_TESTS, PASSED, testFeedback } from './feedback.ts';
import type { Sandbox, SandboxFailure } from './sandbox.ts';
import type { Answer, FailedTest, Feedback, Task, Test, Verdict, Verifier } from './task.ts';

/** Characters that a value may take in the log as JSON; a program may return a hundred thousand. */
const VALUE_CHARACTERS = 1000;

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
        ...failing(run, check.public),
        ...killed(run),
      };
    }
    const shown = fraction(run.outputs.slice(0, check.public.length), check.public);
    const hidden = fraction(run.outputs.slice(check.public.length), check.hidden);
    return {
      score: shown === 1 && hidden === 1 ? 1 : 0,
      answer: { kind: 'function', source: reply.trim() },
      parts: { parsed: 1, public: shown, hidden },
      ...failing(run, check.public),
    };
  },

  async feedback(task: Task, draft: string, sandbox: Sandbox): Promise<Feedback> {
    const { check } = task;
    if (check.kind !== 'tests' || check.public.length === 0) return { passed: false, text: NO_TESTS };
    const run = await runFunction(draft, check.public, sandbox);
    const index = firstFailed(run, check.public);
    if (index < 0) return { passed: true, text: PASSED };
    return {
      passed: false,
      text: testFeedback(outputOf(run, index), check.public[index]?.output),
      ...failing(run, check.public),
      ...killed(run),
    };
  },
};

function outputOf(run: Run, index: number): Json | undefined {
  return run.kind === 'none' ? undefined : run.outputs[index];
}

/** Index of the first test that a program did not pass; −1 where it passed all. */
function firstFailed(run: Run, tests: readonly Test[]): number {
  return tests.findIndex((test, index) => !matches(outputOf(run, index), test));
}

/** The first public test that was not passed, as a member of a verdict or of feedback; nothing where none can be named. */
function failing(run: Run, tests: readonly Test[]): { readonly failed?: FailedTest } {
  const index = firstFailed(run, tests);
  const test = tests[index];
  if (test === undefined || (run.kind === 'none' && !run.each)) return {};
  const { input, output: expected } = test;
  return { failed: { index, input, expected, ...outcomeOf(run, index) } };
}

function outcomeOf(run: Run, index: number): { readonly actual: Json } | { readonly error: string } {
  const actual = outputOf(run, index);
  if (actual === undefined) return { error: run.kind === 'none' ? run.cause : NO_VALUE };
  const { length } = canonicalJson(actual);
  return length > VALUE_CHARACTERS ? { error: `returns ${length} characters of JSON` } : { actual };
}

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
  /** `each`: it is so for each test alone. A program that spends its steps may have done so on any of them. */
  | { readonly kind: 'none'; readonly cause: string; readonly each: boolean }
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

/** Failures of a program before its function is called. */
const ALWAYS: readonly SandboxFailure[] = ['syntax', 'error'];

/** What is said of a program that came to no value for one test, and to one for another. */
const NO_VALUE = 'throws or returns what is not JSON';

/** `[]` where the function is not one; else per test `[value]`, or `[]` where it threw or gave no JSON. */
const outcomeSchema = z.array(z.array(z.json()).max(1)).nullable();

async function runFunction(reply: string, tests: readonly Test[], sandbox: Sandbox): Promise<Run> {
  const source = reply.trim();
  const none = (cause: string, each = true): Run => ({ kind: 'none', cause, each });
  if (source === '') return none('empty');
  const inputs = canonicalJson(tests.map(({ input }) => input));
  const result = await sandbox.evaluate({ source: `${HARNESS}return run(${inputs},\n${source}\n);` });
  if (!result.ok) return none(CAUSES[result.failure], tests.length === 1 || ALWAYS.includes(result.failure));
  const outcome = outcomeSchema.safeParse(result.value);
  if (!outcome.success || outcome.data === null) return none('not a function');
  const outputs = outcome.data.map(([value]) => value);
  if (outputs.length > 0 && outcome.data.every((one) => one.length === 0)) {
    return none(CAUSES.error);
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
