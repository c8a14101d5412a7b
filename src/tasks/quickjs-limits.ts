import { workPrelude } from './quickjs-work.ts';
import type { SandboxProgram } from './sandbox.ts';

/** What one program may use. Everything but the wall clock is counted, so the same program always ends the same way. */
export const LIMITS = {
  /** Default step budget; one step is 10,000 loop turns or calls of the interpreter. */
  steps: 50,
  /** WASM memory a module starts with and may grow to, in 64 KiB pages: 16 and 32 MiB. */
  initialPages: 256,
  maximumPages: 512,
  /** Largest single allocation, bytes. */
  allocation: 4 * 1024 * 1024,
  /** Interpreter stack, bytes; well below the worker's own stack, so that it is always the one to overflow. */
  stack: 128 * 1024,
  /** The worker thread's stack, MiB. */
  workerStack: 48,
  /** Characters of the program. */
  source: 20_000,
  /** Characters of the value's JSON, and how deep it may be nested: hosts go through it by recursion. */
  output: 100_000,
  outputDepth: 1_000,
  /** Characters of an error message. */
  message: 160,
  /** Elements that built-ins without an interrupt callback may go through, summed over the program. */
  work: 2_000_000,
  /** Characters and nesting that `JSON.parse` accepts. */
  jsonText: 20_000,
  jsonDepth: 200,
  /** Steps past the budget after which a program that catches the interrupt is given up, with its thread. */
  overdrawn: 10,
  /** A program that made no progress for this long is killed; milliseconds. */
  killAfter: 5_000,
} as const;

/** The name of a program's file in its stack traces. */
export const PROGRAM = 'program.js';

/**
 * BigInt arithmetic has no interrupt callback and no size that is worth allowing, and QuickJS cannot be
 * built without it: programs with a BigInt literal are refused before they run (a literal inside a string
 * counts too), and {@link LIMITS_PRELUDE} removes every other way to make one.
 */
export function hasBigIntLiteral(source: string): boolean {
  return /(?<![\w$])(0[xob][\da-f_]+|\d[\d_]*)n(?![\w$])/i.test(source);
}

/** The result of a program that used up its steps, wherever it was stopped. */
export function spent({ steps = LIMITS.steps }: SandboxProgram) {
  return { ok: false, failure: 'steps', message: 'the step budget is spent', steps } as const;
}

/**
 * Evaluated first in every realm. Removes randomness, run-time code and BigInt, and makes the built-ins
 * that run long inside C pay for their length from one budget. Nothing it holds on to can be reached or
 * replaced by the program: it calls through captured intrinsics only. Evaluates to `[encode, describe]`,
 * which turn the program's value into JSON and its error into one line, after the number of the line that it
 * came from (0 if unknown) and a blank.
 */
export const LIMITS_PRELUDE = `(() => {
'use strict';
const { apply } = Reflect, { parse, stringify } = JSON, { getPrototypeOf } = Object;
const { isFinite } = Number, { slice, indexOf } = String.prototype, charCode = String.prototype.charCodeAt;
const Range = RangeError, Type = TypeError, Text = String;
${workPrelude(LIMITS.work, LIMITS.jsonText, LIMITS.jsonDepth)}
Math.random = () => { throw new Type('Math.random is not available'); };
for (const f of [function () {}, function* () {}, async function () {}, async function* () {}])
  delete getPrototypeOf(f).constructor;
delete globalThis.eval; delete globalThis.Function; delete globalThis.BigInt; delete globalThis.Date;
const strict = (key, v) => {
  if (typeof v === 'function' || typeof v === 'symbol' || (typeof v === 'number' && !isFinite(v)))
    throw new Type('the value is not JSON');
  return v;
};
const encode = (v) => stringify(v, strict);
const describe = (e) => {
  const isError = e !== null && typeof e === 'object';
  const text = isError ? Text(e.name) + ': ' + Text(e.message) : Text(e);
  const stack = isError ? Text(e.stack) : '';
  const at = apply(indexOf, stack, ['${PROGRAM}:']);
  let line = 0;
  for (let i = at + ${PROGRAM.length + 1}; at >= 0 && line < 100000; i++) {
    const digit = apply(charCode, stack, [i]) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    line = 10 * line + digit;
  }
  return line + ' ' + apply(slice, text, [0, ${LIMITS.message}]);
};
return [encode, describe];
})()`;
