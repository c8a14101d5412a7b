import { afterAll, describe, expect, it } from 'vitest';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import type { Task } from '../../src/tasks/task.ts';
import { runTool } from '../../src/tasks/tool.ts';
import { verifier } from '../../src/tasks/verifier.ts';

const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const named = { id: 'x', family: 'x', key: 'x', text: 'x' };
const integer: Task = { ...named, check: { kind: 'integer', value: -12 } };
const sum: Task = {
  ...named,
  check: {
    kind: 'tests',
    public: [{ input: [[7, 9]], output: 16 }],
    hidden: [
      { input: [[]], output: 0 },
      { input: [[1, 2]], output: 3 },
    ],
  },
};

describe('verifying an integer', () => {
  it.each([
    ['-12', 1],
    [' -12\n', 1],
    ['12', 0],
    ['-12.0', 0],
    ['is -12', 0],
    ['', 0],
    ['99999999999999999999', 0],
  ])('scores %j with %d', async (reply, score) => {
    expect((await verifier.verify(integer, reply, sandbox)).score).toBe(score);
  });

  it('says why there is no answer', async () => {
    expect((await verifier.verify(integer, 'twelve', sandbox)).answer).toEqual({
      kind: 'none',
      cause: 'not an integer',
    });
  });

  it('has no feedback on a draft', async () => {
    expect(await verifier.feedback(integer, '-12', sandbox)).toEqual({ passed: false, text: 'none' });
  });
});

describe('verifying a function', () => {
  it.each([
    ['a=>a.reduce((s,x)=>s+x,0)', 1, { parsed: 1, public: 1, hidden: 1 }],
    ['a=>a.reduce((s,x)=>s+x) // of nothing it throws', 0, { parsed: 1, public: 1, hidden: 0.5 }],
    ['a=>16', 0, { parsed: 1, public: 1, hidden: 0 }],
    ['a=>a.length?NaN:0', 0, { parsed: 1, public: 0, hidden: 0.5 }],
    [
      'function (a) { a.push(0); let s = 0; for (const x of a) s += x; return s }',
      1,
      { parsed: 1, public: 1, hidden: 1 },
    ],
  ])('judges %s', async (reply, score, parts) => {
    expect(await verifier.verify(sum, reply, sandbox)).toMatchObject({ score, parts });
  });

  const failed = { index: 0, input: [[7, 9]], expected: 16 };

  it.each([
    ['', 'empty'],
    ['a=>', 'does not parse'],
    ['16', 'not a function'],
    ['nothing', 'throws'],
    ['a=>a.none()', 'throws'],
  ])('finds no answer in %j: %s', async (reply, cause) => {
    expect(await verifier.verify(sum, reply, sandbox)).toEqual({
      score: 0,
      answer: { kind: 'none', cause },
      parts: { parsed: 0, public: 0, hidden: 0 },
      failed: { ...failed, error: cause },
    });
  });

  it.each([
    ['a=>{for(;;);}', 'spends its steps'],
    ['a=>()=>1', 'returns what is not JSON'],
    ['a=>{if(a.length===0)for(;;);return 16}', 'spends its steps'],
  ])('finds no answer in %j: %s, and no test to blame among several', async (reply, cause) => {
    expect(await verifier.verify(sum, reply, sandbox)).toEqual({
      score: 0,
      answer: { kind: 'none', cause },
      parts: { parsed: 0, public: 0, hidden: 0 },
    });
  });

  it('names the first public test that failed, as the function itself answers it', async () => {
    const task: Task = {
      ...named,
      check: {
        kind: 'tests',
        public: [
          { input: [2, 3], output: 5 },
          { input: [0, 1], output: 1 },
          { input: [4, 4], output: 8 },
        ],
        hidden: [{ input: [1, 1], output: 2 }],
      },
    };
    const names = async (reply: string) => {
      const { failed: one } = await verifier.verify(task, reply, sandbox);
      expect((await verifier.feedback(task, reply, sandbox)).failed).toEqual(one);
      return one;
    };
    const add = (a: number, b: number) => (a === 0 ? -b : a + b);
    const test = { index: 1, input: [0, 1], expected: 1 };
    expect(await names('(a, b) => (a === 0 ? -b : a + b)')).toEqual({ ...test, actual: add(0, 1) });
    expect(await names('(a, b) => { if (a === 0) throw a; return a + b }')).toEqual({
      ...test,
      error: 'throws or returns what is not JSON',
    });
    const long = '(a, b) => a === 0 ? "x".repeat(5000) : a + b';
    expect(await names(long)).toEqual({ ...test, error: 'returns 5002 characters of JSON' });
    expect(await names('(a, b) => a + b')).toBeUndefined();
    expect((await verifier.verify(task, '(a, b) => a === 1 ? 0 : a + b', sandbox)).failed).toBeUndefined();
    expect((await verifier.verify(integer, '7', sandbox)).failed).toBeUndefined();
  });

  it('keeps what is expected out of the sandbox', async () => {
    const programs: string[] = [];
    const spy = {
      evaluate: (program: { source: string }) => {
        programs.push(program.source);
        return sandbox.evaluate(program);
      },
      close: () => sandbox.close(),
    };
    await verifier.verify(sum, 'a=>0', spy);
    expect(programs.join()).toContain('[7,9]');
    expect(programs.join()).not.toContain('16');
  });

  it.each([
    ['a=>a.reduce((s,x)=>s+x,0)', true, 'ok', undefined],
    ['a=>12', false, 'gave 12 want 16', { actual: 12 }],
    ['a=>a', false, 'gave [7,9] want 16', { actual: [7, 9] }],
    ['a=>a.none()', false, 'gave error want 16', { error: 'throws' }],
    ['a=>', false, 'gave error want 16', { error: 'does not parse' }],
    ['a=>{for(;;);}', false, 'gave error want 16', { error: 'spends its steps' }],
  ])('tells the draft %s: %s %s', async (draft, passed, text, came) => {
    expect(await verifier.feedback(sum, draft, sandbox)).toEqual({
      passed,
      text,
      ...(came === undefined ? {} : { failed: { ...failed, ...came } }),
    });
  });
});

describe('the tool', () => {
  it.each([
    ['js', '(37*84-56)*3', true, '9156'],
    ['js', '(a=>a.map(x=>x+1))([1,2])', true, '[2,3]'],
    ['js', '"x".repeat(90)', true, `"${'x'.repeat(39)}`],
    ['js', '37*', false, 'error'],
    ['js', 'none', false, 'error'],
    ['python', '1', false, 'error'],
  ])('%s(%s)', async (name, input, ok, text) => {
    expect(await runTool({ name }, input, { sandbox })).toMatchObject({ ok, text });
  });
});
