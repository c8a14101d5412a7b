import { afterAll, describe, expect, it } from 'vitest';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());
const evaluate = (source: string, steps?: number) =>
  sandbox.evaluate({ source, ...(steps === undefined ? {} : { steps }) });

describe('a program in the sandbox', () => {
  it('returns what its body returns, as JSON', async () => {
    expect(await evaluate('const a = [1, 2]; return { sum: a[0] + a[1], a };')).toEqual({
      ok: true,
      value: { sum: 3, a: [1, 2] },
      steps: 0,
    });
  });

  it('sees a trusted prelude, which costs no steps', async () => {
    const prelude = 'let n = 0; for (let i = 0; i < 100000; i++) n++; const add = (a, b) => a + b;';
    const result = await sandbox.evaluate({ prelude, source: 'return add(n, 1)', steps: 5 });
    expect(result).toMatchObject({ ok: true, value: 100001, steps: 0 });
  });

  it('starts from a fresh realm every time', async () => {
    await evaluate('globalThis.left = 1; Array.prototype.map = () => 7; return 0');
    expect(await evaluate('return [typeof left, [1].map((x) => x + 1)]')).toMatchObject({
      value: ['undefined', [2]],
    });
  });

  it.each([
    ...[
      'fetch',
      'process',
      'require',
      'console',
      'setTimeout',
      'performance',
      'crypto',
      'Worker',
      'WebAssembly',
    ],
    ...[
      'Date',
      'eval',
      'Function',
      'BigInt',
      'RegExp',
      'Proxy',
      'Uint8Array',
      'SharedArrayBuffer',
      'std',
      'os',
    ],
  ])('has no %s', async (name) => {
    expect(await evaluate(`return typeof ${name}`)).toMatchObject({ ok: true, value: 'undefined' });
  });

  it.each([
    ['Math.random', 'return Math.random()', 'error'],
    ['a function constructor', 'return (() => 1).constructor("return 1")()', 'error'],
    ['a generator constructor', 'return (function*(){}).constructor("yield 1")()', 'error'],
    ['a regular expression', 'return /(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!")', 'syntax'],
    ['a BigInt', 'return String(3n**2000000n)', 'syntax'],
    ['a syntax error', 'return {', 'syntax'],
    ['a thrown value', 'throw null', 'error'],
    ['a function as value', 'return () => 1', 'value'],
    ['nothing as value', '', 'value'],
    ['NaN as value', 'return [NaN]', 'value'],
    ['a circular value', 'const a = []; a.push(a); return a', 'value'],
    ['an endless loop', 'for (;;);', 'steps'],
    ['an endless loop that catches', 'try { for (;;); } catch (e) {} return 1', 'steps'],
    ['an endless error message', 'throw { get message() { for (;;); } }', 'steps'],
    ['an endless toJSON', 'return { toJSON() { for (;;); } }', 'steps'],
    ['an exponential value', 'let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return a', 'steps'],
    ['a huge fill', 'return Array(3e7).fill(0).length', 'steps'],
    ['a search through a sparse array', 'return Array(1e9).indexOf(3)', 'steps'],
    ['a reversed sparse array', 'const a = [1]; a.length = 4e9; a.reverse(); return 1', 'steps'],
    ['a borrowed method', 'return Array.prototype.map.call({ length: 1e9 }, (x) => x)', 'steps'],
    ['a huge Array.from', 'return Array.from({ length: 1e9 }).length', 'steps'],
    ['a huge repeat', 'return "x".repeat(1e9).length', 'steps'],
    ['a huge padStart', 'return "x".padStart(1e9).length', 'steps'],
    ['deep JSON', 'return JSON.parse("[".repeat(5000) + "]".repeat(5000))', 'steps'],
    ['a spread bomb', 'return [...Array(1e9)].length', 'memory'],
    ['a memory bomb', 'const a = []; for (;;) a.push([1, 2])', 'memory'],
    ['a string that doubles', 'let s = "a"; for (;;) s += s', 'memory'],
    ['deep recursion', 'function f() { return 1 + f() } return f()', 'memory'],
    [
      'deep flattening',
      'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a.flat(Infinity).length',
      'memory',
    ],
    ['deep source', `return ${'('.repeat(9000)}1${')'.repeat(9000)}`, 'memory'],
    ['long source', `return 1 ${' '.repeat(30_000)}`, 'memory'],
    ['long output', 'return "x".repeat(200000)', 'memory'],
  ])('fails on %s, twice in the same way', async (_, source, failure) => {
    const first = await evaluate(source);
    expect(first).toMatchObject({ ok: false, failure });
    expect(await evaluate(source)).toEqual(first);
    expect(await evaluate('return 1')).toMatchObject({ ok: true, value: 1 });
  });

  it('reaches no file through import', async () => {
    const source = 'let got = "nothing"; import("node:fs").then(() => { got = "fs" }); return got';
    expect(await evaluate(source)).toMatchObject({ ok: true, value: 'nothing' });
  });

  it('counts the same steps whatever ran before', async () => {
    const source = 'let n = 0; for (let i = 0; i < 200000; i++) n += i; return n';
    const results = await Promise.all(Array.from({ length: 8 }, () => evaluate(source)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]?.steps).toBeGreaterThan(10);
    expect(await evaluate(source, 10)).toMatchObject({ ok: false, failure: 'steps' });
  });

  it('answers hundreds of programs that are asked at once, each with its own value', async () => {
    const results = await Promise.all(Array.from({ length: 300 }, (_, i) => evaluate(`return ${i}`)));
    expect(results.map((result) => result.ok && result.value)).toEqual(results.map((_, i) => i));
  });
});

describe('the wall clock', () => {
  it('kills what nothing else stops, and loses no other program', async () => {
    const own = new QuickJsSandbox({ killAfter: 600 });
    const hang = own.evaluate({ source: 'for (;;);', steps: 1e9 });
    const others = [1, 2, 3].map((n) => own.evaluate({ source: `return ${n}` }));
    expect(await hang).toMatchObject({ ok: false, failure: 'killed' });
    expect(await Promise.all(others)).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }]);
    await own.close();
  });

  it('rejects what still waits when the sandbox is closed', async () => {
    const own = new QuickJsSandbox();
    const waiting = own.evaluate({ source: 'return 1' });
    const closed = expect(waiting).rejects.toThrow('closed');
    await own.close();
    await closed;
    await expect(own.evaluate({ source: 'return 1' })).rejects.toThrow('closed');
  });
});
