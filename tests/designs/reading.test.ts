import { afterAll, describe, expect, it } from 'vitest';
import { defaultLibrary } from '../../src/designs/library.ts';
import { extractScript } from '../../src/designs/python/extract.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { CHECK_ALLOWANCE } from './allowance.ts';

const sandbox = new QuickJsSandbox();
const reader = new DesignReader({ library: defaultLibrary(), sandbox, allowance: CHECK_ALLOWANCE });
afterAll(() => sandbox.close());

describe('scripts are read', () => {
  it.each([
    ['from a fence in a list', '1. Here:\n   ```js\n   run(agent("a"))\n   ```\n'],
    ['from a fence that is closed on the last line of code', '```js\nrun(agent("a"))```\nDone.'],
    ['with lines that end in CR alone', '// one\rconst a = agent("a");\rrun(a);\r'],
    ['as a spec in JSON', '{ "mas": 1, "root": { "kind": "agent", "name": "a" } }'],
    ['as a spec in a fence', '```json\n{ "mas": 1, "root": { "kind": "agent", "name": "a" } }\n```'],
  ])('%s', async (_, text) => {
    const { ok, shape, failure } = await reader.read(text, 'auto');
    expect({ ok, shape, failure }).toEqual({ ok: true, shape: 'agent', failure: null });
  });

  it('without the white space of their list, in Python, where it means something', () => {
    const text = '- so:\n  ```python\n  from workflow import *\n  def f():\n      return 1\n  ```\n';
    expect(extractScript(text)?.script).toBe('from workflow import *\ndef f():\n    return 1');
  });

  it('whole, where they begin with an import of their own', () => {
    const script = 'import numpy as np; import os\nfrom workflow import *\nw = Workflow()\nw.run("q")';
    expect(extractScript(script)?.script).toBe(script);
  });

  it('a truncated fence is called that', async () => {
    for (const script of ['const a = agent("a"', 'const a = agent("a");\nrun(vote(a,']) {
      const { ok, failure } = await reader.read(`Here:\n\`\`\`js\n${script}`, 'auto');
      expect({ ok, message: failure?.message }).toEqual({
        ok: false,
        message: expect.stringContaining('the fence is never closed'),
      });
    }
  });
});
