import type { NodeKind } from './node.ts';

/** Under this member nodes carry the line of the script that made them, until they are parsed. */
export const LINE = '@';

/** Name under which the engine evaluates a script; stack traces are searched for it. */
const SCRIPT = 'program.js:';

/** Conditions, as scripts write them; and edges, which hold one. */
const CONDITIONS: { readonly [name: string]: string } = {
  contains: `(text) { return { test: 'contains', of: 'answer', text: text }; }`,
  equals: `(text) { return { test: 'equals', of: 'answer', text: text }; }`,
  longer: `(than) { return { test: 'longer', of: 'answer', than: than }; }`,
  above: `(limit) { return { test: 'above', of: 'answer', limit: limit }; }`,
  taskContains: `(text) { return { test: 'contains', of: 'task', text: text }; }`,
  taskLonger: `(than) { return { test: 'longer', of: 'task', than: than }; }`,
  taskAbove: `(limit) { return { test: 'above', of: 'task', limit: limit }; }`,
  answered: `() { return { test: 'answered' }; }`,
  accepted: `() { return { test: 'accepted' }; }`,
  passed: `() { return { test: 'passed' }; }`,
  not: `(of) { return { test: 'not', of: of }; }`,
  all: `() { return { test: 'all', of: slice(arguments) }; }`,
  any: `() { return { test: 'any', of: slice(arguments) }; }`,
  edge: `(from, to, when) { return when === undefined ? { from: from, to: to } : { from: from, to: to, when: when }; }`,
};

/**
 * What the functions below are made of; node kinds may use these in their `members`. They hold on to what
 * they need, so that a script that changes a built-in breaks nothing but itself.
 */
const HELPERS = `
const __handed = { over: null };
const slice = function (list) { var items = []; for (var i = 0; i < list.length; i++) items[i] = list[i]; return items; };
const firstKey = function (object) { for (var key in object) return key; };
const toolsOr = function (options) {
  if (typeof options === 'string') return { tools: [options] };
  return Array.isArray(options) ? { tools: options } : options;
};
const numberOr = function (name, options) {
  var member = {};
  if (typeof options !== 'number') return options;
  member[name] = options;
  return member;
};
const testOr = function (name, options) {
  var member = {};
  if (options === null || typeof options !== 'object' || !('test' in options)) return options;
  member[name] = options;
  return member;
};
const line = function () {
  var stack = String(new Error().stack), at = stack.indexOf('${SCRIPT}');
  if (at < 0) return 0;
  for (var i = at + ${SCRIPT.length}, n = 0; stack[i] >= '0' && stack[i] <= '9'; i++) n = 10 * n + (stack[i] - '0');
  return n - 1;
};
const node = function (kind, parts) {
  var made = { kind: kind };
  for (var i = 0; i < parts.length; i++) {
    if (parts[i] === undefined || parts[i] === null) continue;
    if (typeof parts[i] !== 'object' || Array.isArray(parts[i])) throw new TypeError(kind + '(): the options must be an object');
    for (var name in parts[i]) if (parts[i][name] !== undefined) made[name] = parts[i][name];
  }
  made['${LINE}'] = line();
  return made;
};
function run(of) {
  if (__handed.over !== null) throw new Error('run() twice');
  __handed.over = { node: of, at: line() };
}`;

/** What a script returns after its own last statement: what it gave to run(), or null. */
export const HANDED_OVER = '__handed.over';

/** The functions that scripts call, by name: each makes the JSON of one node, or condition, from its arguments. */
export function functionsOf(kinds: readonly NodeKind[]): ReadonlyMap<string, string> {
  const nodes = kinds.map(({ kind, parameters, members }) => {
    const parts = members ?? `{ ${parameters.map((name) => `${name}: ${name}`).join(', ')} }`;
    return [kind, `(${parameters.join(', ')}) { return node('${kind}', [${parts}]); }`] as const;
  });
  return new Map([...Object.entries(CONDITIONS), ...nodes]);
}

/**
 * What is evaluated before a script: the helpers, and those functions that its text names, since QuickJS takes
 * longer to read them all than to run the script.
 */
export function preludeFor(script: string, functions: ReadonlyMap<string, string>): string {
  let prelude = HELPERS;
  for (const [name, source] of functions) {
    if (script.includes(name)) prelude += `\nfunction ${name}${source}`;
  }
  return prelude;
}
