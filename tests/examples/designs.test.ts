import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { defaultLibrary } from '../../src/designs/library.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

const FOLDER = fileURLToPath(new URL('../../examples/designs/', import.meta.url));
const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
const allowance = {
  tools: ['js', 'python'],
  budget: { calls: 64, tokens: 131_072, toolSteps: 10_000 },
  tokensPerCall: 1024,
  ownSampler: true,
};
const reader = new DesignReader({ library: defaultLibrary(), sandbox, jail, allowance });
afterAll(() => Promise.all([sandbox.close(), jail.close()]));

it.each(readdirSync(FOLDER))(
  'examples/designs/%s is what it says',
  async (name) => {
    const { failure } = await reader.read(readFileSync(`${FOLDER}${name}`, 'utf8'), 'auto');
    expect(failure?.cause).toBe(name === 'too-dear.js' ? 'budget' : undefined);
  },
  60_000,
);
