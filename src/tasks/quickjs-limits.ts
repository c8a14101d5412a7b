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
  /** Characters of the value's JSON. */
  output: 100_000,
  /** Characters of an error message. */
  message: 160,
  /** Elements that built-ins without an interrupt callback may go through, summed over the program. */
  work: 2_000_000,
  /** Characters and nesting that `JSON.parse` accepts. */
  jsonText: 20_000,
  jsonDepth: 200,
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

/** Built-ins that go through all of `this` and their arguments without an interrupt callback per element. */
const ARRAY_METHODS = [
  ...['concat', 'copyWithin', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex'],
  ...[
    'flat',
    'flatMap',
    'forEach',
    'includes',
    'indexOf',
    'join',
    'lastIndexOf',
    'map',
    'reduce',
    'reduceRight',
  ],
  ...['reverse', 'shift', 'slice', 'some', 'sort', 'splice', 'toLocaleString', 'toReversed', 'toSorted'],
  ...['toSpliced', 'unshift', 'with'],
];
const STRING_METHODS = [
  ...['concat', 'includes', 'indexOf', 'lastIndexOf', 'replace', 'replaceAll', 'slice', 'split', 'substring'],
  ...['toLowerCase', 'toUpperCase', 'trim'],
];

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
let left = ${LIMITS.work};
const charge = (n) => { if (n > 0 && !((left -= n) >= 0)) throw new Range('work limit'); };
const size = (v) => (v === null || v === undefined || typeof v.length !== 'number' ? 0 : v.length);
const pay = (target, names) => {
  for (let i = 0; i < names.length; i++) {
    const original = target[names[i]];
    target[names[i]] = { method(...args) {
      let n = size(this) + 1;
      for (let k = 0; k < args.length; k++) n += size(args[k]);
      charge(n);
      return apply(original, this, args);
    } }.method;
  }
};
pay(Array.prototype, ${JSON.stringify(ARRAY_METHODS)});
pay(String.prototype, ${JSON.stringify(STRING_METHODS)});
const grow = (name, length) => {
  const original = String.prototype[name];
  String.prototype[name] = { method(n, fill) {
    const count = +n;
    charge(length(size(this), count));
    return apply(original, this, [count, fill]);
  } }.method;
};
grow('repeat', (n, count) => n * count);
grow('padStart', (n, count) => n + count);
grow('padEnd', (n, count) => n + count);
const from = Array.from;
Array.from = { from(...args) { charge(size(args[0])); return apply(from, this, args); } }.from;
JSON.parse = (text, reviver) => {
  const t = Text(text);
  charge(t.length);
  if (t.length > ${LIMITS.jsonText}) throw new Range('work limit');
  for (let i = 0, depth = 0; i < t.length; i++) {
    const c = apply(charCode, t, [i]);
    if (c === 91 || c === 123) { if (++depth > ${LIMITS.jsonDepth}) throw new Range('work limit'); }
    else if (c === 93 || c === 125) depth--;
  }
  return parse(t, reviver);
};
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
  const isObject = e !== null && typeof e === 'object';
  const text = isObject ? Text(e.name) + ': ' + Text(e.message) : Text(e);
  const stack = isObject ? Text(e.stack) : '';
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
