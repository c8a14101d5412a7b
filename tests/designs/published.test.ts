import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { compileDesign } from '../../src/designs/compile.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { rehearse } from '../../src/runtime/rehearse.ts';
import { plainPolicy } from '../../src/runtime/replies.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

// Scripts of ours in the published dialect, from raw model output to an answer: read, checked, compiled and
// run on the real scheduler with a scripted policy, their own tools and predicates in the jail.

const FOLDER = fileURLToPath(new URL('./published/', import.meta.url));
const scripts = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
const reader = new DesignReader({
  library,
  sandbox,
  jail,
  allowance: {
    tools: ['js', 'python'],
    budget: { calls: 200, tokens: 500_000, toolSteps: 50_000 },
    tokensPerCall: 1024,
    ownSampler: true,
  },
});
afterAll(() => Promise.all([sandbox.close(), jail.close()]));

const used = new Set<string>();

describe('scripts in the published dialect', () => {
  it('are at least 25', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(25);
  });

  it.each(scripts)(
    '%s runs to an answer',
    async (name) => {
      const report = await reader.read(readFileSync(`${FOLDER}${name}`, 'utf8'), 'auto');
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      const { spec, bounds, question } = report;
      if (spec === null || bounds === null) throw new Error('a good report has a spec and bounds');
      for (const kind of JSON.stringify(spec).matchAll(/"kind":"(\w+)"/g)) used.add(kind[1] ?? '');
      expect(() => compileDesign(spec, library)).not.toThrow();
      const { answer, calls, cause } = await rehearse(spec, {
        library,
        sandbox,
        jail,
        task: question ?? '',
        respond: plainPolicy('I find \\boxed{42}.'),
      });
      expect({ answer, cause }).toEqual({ answer: '42', cause: null });
      expect(calls).toBeLessThanOrEqual(bounds.calls);
    },
    60_000,
  );

  it('use every kind of node', () => {
    expect([...used].sort()).toEqual(library.kinds.map(({ kind }) => kind).sort());
  });
});
