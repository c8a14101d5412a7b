import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { extractScript } from '../../../src/designs/python/extract.ts';
import { PythonJail } from '../../../src/designs/python/jail.ts';

const jail = new PythonJail({ parallel: 3 });
afterAll(() => jail.close());

function published(name: string): string {
  const raw = readFileSync(new URL(`../published/${name}.txt`, import.meta.url), 'utf8');
  return extractScript(raw)?.script ?? '';
}

function said(content: string, task = 'q'): Json {
  return { task, messages: [{ sender: 'solver', content, type: 'agent_response' }], state: {} };
}

/** A script with one tool, called "tool", of the given body. */
function tool(body: string): string {
  const lines = body.split('\n').map((line) => `    ${line}`);
  return [
    'def tool(**given):',
    ...lines,
    'registry = ToolRegistry()',
    'registry.register("tool", tool, "A tool.", {})',
    'w = Workflow()',
    'w.add_node(AgentNode("a", "b", registry))',
    'w.run("q")',
    'raise ValueError("never reached")',
  ].join('\n');
}

async function value(script: string, ref: string, args: Json): Promise<unknown> {
  const called = await jail.call(script, ref, args);
  return called.ok ? called.value : called;
}

describe.concurrent('functions of a script', () => {
  it('a tool gets its arguments by name', async () => {
    const script = published('18-own-tools');
    expect(await value(script, '0:is_prime', { n: 101 })).toEqual({ n: 101, prime: true });
    expect(await value(script, '1:gcd', { a: 84, b: 36 })).toBe(12);
  });

  it('a tool with wrong arguments fails, and says how', async () => {
    expect(await value(published('18-own-tools'), '0:is_prime', { m: 1 })).toMatchObject({
      ok: false,
      failure: 'error',
      message: expect.stringContaining("unexpected keyword argument 'm'"),
    });
  });

  it('a predicate sees the messages', async () => {
    const script = published('13-loop');
    expect(await value(script, '0:again', said('still at it'))).toBe(true);
    expect(await value(script, '0:again', said('DONE'))).toBe(false);
    expect(await value(published('12-conditional'), '0:lambda', said('I am not sure.'))).toBe(true);
  });

  it('a routing function returns a name of the spec, whatever its name in the script', async () => {
    const script = published('10-router');
    expect(await value(script, '0:pick', { task: 'A circle', messages: [] })).toBe('geometry-expert');
    expect(await value(script, '0:pick', { task: 'x = 1', messages: [] })).toBe('algebra-expert');
    expect(await value(script, '0:pick', { task: 'hello', messages: [] })).toBe('somebody else');
    expect(await value(published('15-graph-routing'), '0:route', said('HARD'))).toBe('hard-one');
  });

  it('a tool that starts Python as a process works', async () => {
    const script = published('28-tool-by-subprocess');
    const code = 'a, b = map(int, input().split())\nprint(a + b)';
    expect(await value(script, '0:execute_code', { code, stdin: '3 4' })).toEqual({
      stdout: '7\n',
      stderr: '',
      code: 0,
    });
    expect(await value(script, '0:execute_code', { code, stdin: '' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('EOFError'),
    });
  });

  it('a coroutine is awaited', async () => {
    const script = tool('return 1')
      .replace('def tool', 'import asyncio\nasync def tool')
      .replace('return 1', 'await asyncio.sleep(9)\n    return 5');
    expect(await value(script, '0:tool', {})).toBe(5);
  });

  it.each([
    ['return {1, 2}', 'result'],
    ['return object()', 'result'],
    ['return float("nan")', 'result'],
    ['x = []\nx.append(x)\nreturn x', 'result'],
    ['return "a" * 3000000', 'result'],
    ['raise KeyError("k")', 'error'],
    ['while True: pass', 'steps'],
    ['return bytearray(10**9)', 'memory'],
    ['import os\nos._exit(0)', 'crash'],
  ])('%j fails as %s', async (body, failure) => {
    expect(await jail.call(tool(body), '0:tool', {})).toMatchObject({ ok: false, failure });
  });

  it('a function that was not registered is unknown', async () => {
    for (const ref of ['0:other', '7:tool', '__import__']) {
      expect(await jail.call(tool('return 1'), ref, {})).toMatchObject({
        ok: false,
        failure: 'unknown-function',
      });
    }
  });
});
