import { afterAll, describe, expect, it } from 'vitest';
import { defaultLibrary } from '../../src/designs/library.ts';
import { readJavaScript } from '../../src/designs/script.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

// Programs that try to get out of the sandbox, to stay in it, or to bring it down by ways that
// quickjs-sandbox.test.ts has not tried.

const sandbox = new QuickJsSandbox();
const library = defaultLibrary();
afterAll(() => sandbox.close());

const evaluate = (source: string) => sandbox.evaluate({ source });

describe('the way out', () => {
  it.each([
    [
      'the global object',
      'return Object.getOwnPropertyNames(globalThis).filter((n) => /process|require|fetch|std|os|print|load|script/i.test ? false : false).length',
    ],
    [
      'constructors of constructors',
      'const made = [].constructor.constructor("return 7"); return typeof made === "function" ? made() : "undefined"',
    ],
    [
      'the constructor of an async function',
      'const made = (async () => {}).constructor("return 7"); return typeof made === "function" ? made() : "undefined"',
    ],
    [
      'the constructor of an async generator',
      'const made = (async function* () {}).constructor("return 7"); return typeof made === "function" ? made() : "undefined"',
    ],
    [
      'a getter on the prototype of functions',
      'const made = Object.getPrototypeOf(function () {}).constructor("return 7"); return typeof made === "function" ? made() : "undefined"',
    ],
    ['this in a plain function', 'return typeof (function () { return this })()'],
    ['the caller', 'try { return typeof arguments.callee } catch (e) { return "undefined" }'],
    ['symbols of the host', 'return typeof globalThis[Symbol.for("nodejs.util.inspect.custom")]'],
    [
      'Error.prepareStackTrace',
      'Error.prepareStackTrace = (e, s) => s; const s = new Error().stack; return typeof (s[0] && s[0].getThis)',
    ],
    ['eval by another name', 'return typeof (0, globalThis["ev" + "al"])'],
    [
      'Reflect.construct of Function',
      'const made = Reflect.construct(Object.getPrototypeOf(() => 1).constructor, ["return 1"]); return typeof made === "function" ? made() : "undefined"',
    ],
    ['Atomics', 'return typeof Atomics'],
    ['weak references', 'return typeof WeakRef'],
    ['finalizers', 'return typeof FinalizationRegistry'],
    ['timers', 'return typeof setInterval'],
    ['microtasks', 'return typeof queueMicrotask'],
    ['text encoders', 'return typeof TextEncoder'],
    ['intl', 'return typeof Intl'],
    ['dates by toLocaleString', 'return typeof (1).toLocaleString().getTime'],
  ])('%s leads nowhere', async (_, source) => {
    const result = await evaluate(source);
    if (result.ok) expect(['undefined', 0]).toContain(result.value);
    else expect(['error', 'syntax']).toContain(result.failure);
  });

  it.each([
    ['closing our function', '})(); globalThis.out = 1; (function () {'],
    ['closing it with a comment', '})() // '],
    ['an open comment', 'return 1 /*'],
    ['an open string', 'return "'],
    ['an open template', 'return `'],
    ['an HTML comment', '<!-- return 1\nreturn 2'],
    ['a source map', '//# sourceURL=../../etc/passwd\nreturn 3'],
    ['with', 'with (globalThis) { return 1 }'],
    ['octal literals', 'return 010'],
    ['top-level await', 'return await 1'],
    ['import', 'import fs from "node:fs"; return fs'],
    ['export', 'export default 1'],
    ['import.meta', 'return import.meta.url'],
    ['a hash-bang', '#!/usr/bin/node\nreturn 1'],
  ])('%s leaves nothing behind', async (_, source) => {
    const first = await evaluate(source);
    expect(await evaluate(source)).toEqual(first);
    if (first.ok) expect([1, 2, 3, null]).toContain(first.value);
    expect(await evaluate('return typeof out')).toMatchObject({ ok: true, value: 'undefined' });
  });
});

describe('what is left behind', () => {
  const INNOCENT = 'run(reflect(agent("solve", "js"), 2))';
  it.each([
    ['arrays', 'Array.prototype.push = () => 0; Array.isArray = () => false; Array.prototype[0] = 7;'],
    [
      'strings',
      'String.prototype.indexOf = () => 5; String.prototype.slice = () => "x"; globalThis.String = () => "y";',
    ],
    ['JSON', 'JSON.stringify = () => "{}"; JSON.parse = () => 1; globalThis.JSON = null;'],
    ['objects', 'Object.keys = () => []; Object.prototype.kind = "agent"; Object.defineProperty = null;'],
    ['errors', 'globalThis.Error = function () { return { stack: "program.js:99999999" } };'],
    ['run', 'globalThis.run = () => {}; run = () => {};'],
    ['nodes', 'globalThis.agent = () => ({ kind: "agent", name: "evil" }); vote = null;'],
    ['the hand-over', 'globalThis.__handed = { over: { node: 1, at: 1 } };'],
    ['getters', 'Object.defineProperty(Object.prototype, "tools", { get() { for (;;); } });'],
    ['promises', 'Promise.resolve().then(() => { for (;;); });'],
  ])('by a script that tampers with %s changes no other script', async (_, source) => {
    const before = await readJavaScript(INNOCENT, library, sandbox);
    await readJavaScript(`${source}\nrun(agent("a"))`, library, sandbox);
    expect(await readJavaScript(INNOCENT, library, sandbox)).toEqual(before);
    expect(before.ok).toBe(true);
  });

  it('by handing over a design of its own making is a design like any other, and no more', async () => {
    const forged = await readJavaScript(
      '__handed.over = { node: { kind: "agent", name: "x" }, at: 1 };',
      library,
      sandbox,
    );
    expect(forged).toMatchObject({ ok: true, root: { kind: 'agent', name: 'x' } });
    const strange = await readJavaScript('__handed.over = { node: 1, at: "x" };', library, sandbox);
    expect(strange).toMatchObject({ ok: false, cause: 'no-design' });
  });
});

describe('the way down', () => {
  it.each([
    ['a getter that calls itself', 'const o = { get a() { return this.a } }; return o.a'],
    ['a comparator that sorts', 'const f = () => [3, 2, 1].sort(f).length; return f()'],
    ['a replacer that never ends', 'return JSON.stringify({ a: 1 }, (k, v) => ({ v }))'],
    ['a reviver that grows', 'return JSON.parse("[1]", function (k, v) { for (;;) this.x = [this.x, v]; })'],
    ['toString in a loop', 'const o = { toString() { return o + "" } }; return o + ""'],
    [
      'an iterator without end',
      'return [...{ [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) }]',
    ],
    ['destructuring without end', 'const [...all] = (function* () { for (;;) yield 1 })(); return all'],
    ['generators in generators', 'function* g() { yield* g() } return [...g()]'],
    [
      'a set that grows while it is walked',
      'const s = new Set([1]); for (const x of s) s.add(x + 1); return 1',
    ],
    ['a map of strings', 'const m = new Map(); for (let i = 0; ; i++) m.set("k" + i, "v".repeat(99)); '],
    ['closures that hold on', 'let f = () => 0; for (;;) { const g = f; f = () => g() + 1; }'],
    ['labels and continue', 'a: for (;;) { b: for (;;) continue a; }'],
    ['finally that continues', 'for (;;) try { return 1 } finally { continue }'],
    ['catching every limit', 'let n = 0; for (;;) try { const f = () => f(); f() } catch (e) { n++ }'],
    ['a proxy of work', 'return "x".repeat(1e6).split("").map((c) => c.repeat(1e3)).join("").length'],
    ['concat by doubling', 'let a = [1]; for (let i = 0; i < 40; i++) a = a.concat(a); return a.length'],
    [
      'flatMap by doubling',
      'let a = [1, 2]; for (let i = 0; i < 40; i++) a = a.flatMap((x) => [x, x]); return a.length',
    ],
    ['join of a sparse array', 'const a = []; a[4294967294] = 1; return a.join("").length'],
    ['a length that lies', 'return Array.prototype.join.call({ length: 4294967295 }, "x").length'],
    ['deep object literals', `return ${'{a:'.repeat(3000)}1${'}'.repeat(3000)}`],
    ['deep templates', `return ${'`${'.repeat(800)}1${'}`'.repeat(800)}`],
    ['ten thousand functions', `${'function f(){}'.repeat(1300)} for (;;);`],
    ['error messages of a megabyte', 'throw new Error("x".repeat(1e6))'],
    ['hostile names', 'throw { name: { toString() { for (;;); } }, message: "m" }'],
    ['hostile stacks', 'throw { name: "n", message: "m", get stack() { for (;;); } }'],
    [
      'stacks with long numbers',
      'throw { name: "n", message: "m", stack: "program.js:" + "9".repeat(100000) }',
    ],
  ])(
    'by %s ends, in the same way twice, and the next program never knows',
    async (_, source) => {
      const first = await evaluate(source);
      if (first.ok) expect(first.steps).toBeLessThanOrEqual(50);
      else expect(['steps', 'memory', 'error', 'syntax', 'value']).toContain(first.failure);
      expect(await evaluate(source)).toEqual(first);
      expect(await evaluate('return [1, 2].map((x) => x + 1)')).toMatchObject({ ok: true, value: [2, 3] });
    },
    30_000,
  );

  it('that only the clock sees is said to be killed, and loses nothing else', async () => {
    const own = new QuickJsSandbox({ killAfter: 600 });
    const source =
      'const s = "a".repeat(1e6); let n = 0; for (let i = 0; i < 1e6; i++) n += s + "b" > s + "a"; return n';
    const giants = own.evaluate({ source });
    const other = own.evaluate({ source: 'return 1' });
    expect(await giants).toMatchObject({ ok: false, failure: 'killed' });
    expect(await other).toMatchObject({ ok: true, value: 1 });
    await own.close();
  });
});
