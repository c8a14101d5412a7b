import { afterAll, describe, expect, it } from 'vitest';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

// Programs that once ran for seconds inside one built-in, or past their budget, or could: each ends by a
// count and not by the clock, in the same way twice, and the next program never knows.

const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const INNOCENT =
  'return [[3, 1, 2].sort(), [[1], [2]].flat(), "a-b".split("-"), [1].concat([2]), JSON.stringify({ a: 1 })]';
const UNHARMED = { ok: true, value: [[1, 2, 3], [1, 2], ['a', 'b'], [1, 2], '{"a":1}'], steps: 0 };

/** A string of 2 to the power of `times` characters, made by an operator, which pays for nothing. */
const doubled = (name: string, times: number, text = 'a') =>
  `let ${name} = "${text}"; for (let i = 0; i < ${times}; i++) ${name} += ${name}; `;

type Bomb = readonly [name: string, source: string, failure: string];

/** The interpreter lets these catch the interrupt that says that the budget is spent. */
const CATCHERS: readonly Bomb[] = [
  ['an async function', '(async () => { for (;;); })(); return 1', 'steps'],
  ['async functions without end', 'const f = async () => { for (;;); }; for (;;) f();', 'steps'],
  [
    'an async method that is awaited',
    '(async () => { for (;;) await (async () => { for (;;); })(); })()',
    'steps',
  ],
  ['a promise executor', 'new Promise(() => { for (;;); }); return 1', 'steps'],
  ['executors without end', 'for (;;) new Promise(() => { for (;;); });', 'steps'],
  ['an async generator', '(async function* () { for (;;); })().next(); return 1', 'steps'],
  ['a thenable', 'Promise.resolve({ get then() { for (;;); } }); return 1', 'steps'],
  ['thenables without end', 'for (;;) Promise.resolve({ get then() { for (;;); } });', 'steps'],
  ['Promise.all', 'for (;;) Promise.all({ [Symbol.iterator]() { for (;;); } });', 'steps'],
  ['Promise.try', 'for (;;) Promise.try(() => { for (;;); });', 'steps'],
  [
    'an iterator that is closed',
    'const i = { [Symbol.iterator]() { return i }, next: () => ({}), return() { for (;;); } }; for (const x of i) for (;;);',
    'steps',
  ],
  ['a value that is a promise', 'return new Promise(() => { for (;;); })', 'steps'],
  ['an async toJSON', 'return { toJSON: async () => { for (;;); } }', 'steps'],
  ['an async message', 'throw { get message() { (async () => { for (;;); })(); return "m" } }', 'steps'],
];

/** These run inside C and used to pay nothing, or less than they cost. */
const BUILT_INS: readonly Bomb[] = [
  ['a length that is a string', 'return Array.prototype.indexOf.call({ length: "1000000000" }, 3)', 'steps'],
  [
    'a length that is an object',
    'return [].lastIndexOf.call({ length: { valueOf: () => 1e9 } }, 3)',
    'steps',
  ],
  [
    'a length that grows',
    'let n = 0; return [].indexOf.call({ get length() { return n++ && 1e9 } }, 3)',
    'steps',
  ],
  ['a length that is inherited', 'return [].includes.call(Object.create({ length: "1e9" }), 3)', 'steps'],
  [
    'a function’s length',
    'const f = () => 1; Object.defineProperty(f, "length", { value: 1e9 }); return [].indexOf.call(f, 3)',
    'steps',
  ],
  ['a long search', `${doubled('s', 20)}return s.indexOf(s.substr(0, 500000) + "b")`, 'steps'],
  ['a long split', `${doubled('s', 20)}return s.split(s.substr(0, 500000) + "b").length`, 'steps'],
  [
    'a long replacement',
    `${doubled('s', 20)}return s.replaceAll(s.substr(0, 500000) + "b", "").length`,
    'steps',
  ],
  [
    'texts that hide in objects',
    `${doubled('s', 20)}for (;;) "".includes.call({ toString: () => s }, "b");`,
    'steps',
  ],
  ['a flattened sparse array', 'return [Array(4e9)].flat().length', 'steps'],
  ['a mapped and flattened one', 'return [1].flatMap(() => Array(4e9)).length', 'steps'],
  ['an array of itself', 'const a = []; a.push(a, a); return a.flat(Infinity)', 'memory'],
  [
    'long strings that sort',
    `${doubled('s', 18)}const t = [1, 2, 3, 4].map((n) => s + n); for (;;) t.sort();`,
    'steps',
  ],
  [
    'objects that sort as long strings',
    `${doubled('s', 18)}return Array(9000).fill(0).map(() => ({ toString: () => s + "b" })).sort().length`,
    'steps',
  ],
  ['a sparse replacer', 'return JSON.stringify({}, Array(4e9))', 'steps'],
  ['JSON again and again', 'const a = Array(1e5).fill(1); for (;;) JSON.stringify(a);', 'steps'],
  [
    'what can be spread by concat',
    'return [].concat({ length: 1e9, [Symbol.isConcatSpreadable]: true }).length',
    'steps',
  ],
  ['Array.from of a length in a string', 'return Array.from({ length: "1000000000" }).length', 'steps'],
  ['Array.from of an iterator', 'return Array.from(Array(4e9).values()).length', 'memory'],
  ['a set of a sparse array', 'return new Set(Array(4e9)).size', 'steps'],
  ['groups of a sparse array', 'return Map.groupBy(Array(4e9), Number)', 'memory'],
  ['an iterator that drops', 'return Array(4e9).values().drop(1e9).next().done', 'error'],
  ['an iterator that looks', 'return Array(4e9).values().some(Number)', 'steps'],
  ['a raw string', 'return String.raw({ raw: { length: 4e9 } }).length', 'error'],
  [
    'what says it is a set',
    'const s = { size: 1, has: Number, keys: () => Array(4e9).values() }; return new Set().union(s).size',
    'error',
  ],
  ['a sparse array as arguments', 'return Math.max(...Array(1e9))', 'memory'],
  ['applied arguments', 'return Math.max.apply(null, { length: 1e9 })', 'error'],
  ['a sparse array as JSON', 'return Array(1e9)', 'steps'],
  ['a value nested too deep', 'let a = []; for (let i = 0; i < 3000; i++) a = [a]; return a', 'memory'],
];

/** Sources that are hard on a parser; what nests too deep for it overflows its stack and not ours. */
const SOURCES: readonly Bomb[] = [
  ['brackets', `return ${'['.repeat(9900)}${']'.repeat(9900)}`, 'memory'],
  ['signs', `return ${'!'.repeat(19_000)}1`, 'memory'],
  ['blocks', `${'{'.repeat(9900)}${'}'.repeat(9900)}`, 'memory'],
  ['arrows', `return ${'a=>'.repeat(6000)}1`, 'memory'],
  ['conditions', `${'if(1)'.repeat(3900)};`, 'memory'],
  ['tries', `${'try{'.repeat(1200)}${'}catch{}'.repeat(1200)}`, 'memory'],
  ['classes', `${'class A{static{'.repeat(1100)}${'}}'.repeat(1100)}`, 'memory'],
  ['patterns', `const ${'['.repeat(3000)}a${']'.repeat(3000)} = []`, 'syntax'],
  ['labels', Array.from({ length: 2000 }, (_, i) => `l${i}:`).join(''), 'memory'],
  ['functions', `${'function f(){'.repeat(1400)}${'}'.repeat(1400)}`, 'value'],
  ['cases', `switch(1){${Array.from({ length: 1500 }, (_, i) => `case ${i}:`).join('')}}`, 'value'],
  ['a BigInt next to a word', 'return typeof 3ninstanceof Object', 'syntax'],
  ['a BigInt with separators', 'return String(1_0n ** 9_999n)', 'syntax'],
  ['escapes in a keyword', 'w\\u0068ile (true);', 'syntax'],
  ['a name in escapes', 'return \\u0065val("1")', 'error'],
  ['breaking out of our function', '})(); for (;;); (function () {', 'steps'],
  ['with, outside of it', '})(); with ({ a: () => { for (;;); } }) a(); (function () {', 'steps'],
];

/** Errors are put into words by code of ours, which they can try to trip. */
const ERRORS: readonly Bomb[] = [
  ['a message that grows', 'throw { get message() { let s = "a"; for (;;) s += s; } }', 'error'],
  ['a name that throws itself', 'const e = { get name() { throw e } }; throw e', 'error'],
  ['a symbol', 'throw Symbol("x")', 'error'],
  ['nothing with a prototype', 'throw Object.create(null)', 'error'],
  ['a function', 'throw function f() {}', 'error'],
  ['a promise', 'throw Promise.reject(1)', 'error'],
  ['half a character', 'throw new Error("\\ud800")', 'error'],
  ['a null character', 'throw new Error("a\\0b")', 'error'],
  [
    'a stack trace of its own',
    'Error.prepareStackTrace = () => { for (;;); }; throw new Error("x")',
    'error',
  ],
  [
    'built-ins that were changed',
    'String.prototype.slice = null; String.prototype.indexOf = null; throw 1',
    'error',
  ],
];

describe.each([
  ['catches the interrupt', CATCHERS],
  ['runs inside a built-in', BUILT_INS],
  ['is hard to parse', SOURCES],
  ['throws something strange', ERRORS],
])('what %s', (_, bombs) => {
  it.each(bombs)(
    '%s ends by a count',
    async (_name, source, failure) => {
      const asked = [source, INNOCENT, source].map((each) => sandbox.evaluate({ source: each }));
      const [first, innocent, second] = await Promise.all(asked);
      expect(first).toMatchObject({ ok: false, failure });
      if (failure !== 'steps') expect(first?.steps).toBeLessThanOrEqual(50);
      expect(second).toEqual(first);
      expect(innocent).toEqual(UNHARMED);
      expect(await sandbox.evaluate({ source: INNOCENT })).toEqual(UNHARMED);
    },
    30_000,
  );
});

describe('a program that catches the interrupt', () => {
  it('is answered as every other that spends its steps, with its own budget', async () => {
    const catcher = 'const f = async () => { for (;;); }; for (;;) f();';
    const honest = 'for (;;);';
    const [a, b] = await Promise.all(
      [catcher, honest].map((source) => sandbox.evaluate({ source, steps: 7 })),
    );
    expect(a).toEqual(b);
    expect(a).toEqual({ ok: false, failure: 'steps', message: 'the step budget is spent', steps: 7 });
  });

  it('takes its thread with it and none of the programs around it', async () => {
    const catcher = 'for (;;) new Promise(() => { for (;;); });';
    const sources = Array.from({ length: 12 }, (_, i) => (i % 4 === 1 ? catcher : `return ${i}`));
    const results = await Promise.all(sources.map((source) => sandbox.evaluate({ source })));
    for (const [i, result] of results.entries()) {
      if (i % 4 === 1) expect(result).toMatchObject({ ok: false, failure: 'steps' });
      else expect(result).toEqual({ ok: true, value: i, steps: 0 });
    }
  });
});

describe('what built-ins say after they were made to pay', () => {
  it.each([
    [
      '[[1, [2, [3]]].flat(), [1, [2, [3]]].flat(Infinity), [[1, [2]]].flat(0), [, [1]].flat()]',
      [[1, 2, [3]], [1, 2, 3], [[1, [2]]], [1]],
    ],
    ['[1, 2].flatMap((x, i, all) => [x + i, [all.length]])', [1, [2], 3, [2]]],
    [
      '[[10, 9, 1].sort(), [{ a: 1 }, "b"].sort(), [3, undefined, 1].sort().length]',
      [[1, 10, 9], [{ a: 1 }, 'b'], 3],
    ],
    ['["b".repeat(70), "a".repeat(70)].sort().map((x) => x[0])', ['a', 'b']],
    ['[3, 1, 2].toSorted((x, y) => y - x)', [3, 2, 1]],
    ['[].concat(1, [2], [[3]], { length: 2 })', [1, 2, [3], { length: 2 }]],
    [
      '[Array.from("ab"), Array.from(new Set([1, 1])), Array.from({ length: 2 }, (_, i) => i)]',
      [['a', 'b'], [1], [0, 1]],
    ],
    ['[1, 2].includes({ length: "5 cm" })', false],
    ['["a-b".replace("-", (m) => m + m), "a,b".split(","), "aXb".indexOf("X")]', ['a--b', ['a', 'b'], 1]],
    ['JSON.parse("[1]", (k, v) => (k === "0" ? v + 1 : v))', [2]],
    ['[JSON.stringify({ a: 1, b: 2 }, ["a"]), JSON.stringify([1], null, 1)]', ['{"a":1}', '[\n 1\n]']],
    ['["ab".repeat(2), "a".padStart(3, "xy"), "a".padEnd(2)]', ['abab', 'xya', 'a ']],
  ])('%s', async (source, value) => {
    expect(await sandbox.evaluate({ source: `return ${source}` })).toMatchObject({ ok: true, value });
  });
});

it('operators on the largest values are left to the wall clock, which says so', async () => {
  const own = new QuickJsSandbox({ killAfter: 500 });
  const source = `${doubled('a', 21)}${doubled('b', 21)}for (;;) a === b;`;
  const [giant, other] = [own.evaluate({ source }), own.evaluate({ source: INNOCENT })];
  expect(await giant).toMatchObject({ ok: false, failure: 'killed' });
  expect(await other).toEqual(UNHARMED);
  await own.close();
}, 30_000);
