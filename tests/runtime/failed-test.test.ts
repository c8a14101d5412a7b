import { afterAll, expect, it } from 'vitest';
import { defaultLibrary } from '../../src/designs/library.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { actingEffects } from '../../src/runtime/effects/acting.ts';
import { allowanceOf } from '../../src/runtime/troupe.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import type { Task } from '../../src/tasks/task.ts';
import { verifier } from '../../src/tasks/verifier.ts';
import { tinyConfig } from './small-run.ts';

const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
afterAll(async () => {
  await Promise.all([sandbox.close(), jail.close()]);
});

const task: Task = {
  id: 't',
  family: 'code',
  key: 't',
  text: 'f adds',
  check: {
    kind: 'tests',
    public: [
      { input: [1, 2], output: 3 },
      { input: [5, 5], output: 10 },
    ],
    hidden: [{ input: [0, 4], output: 4 }],
  },
};

/** Real effects of a run that notes these behaviours. */
function effects(behaviours?: readonly number[]) {
  const config = { ...tinyConfig(), behaviours };
  const library = defaultLibrary();
  return actingEffects({
    config,
    policy: { complete: () => Promise.reject(new Error('nothing is sampled')), close: async () => {} },
    sandbox,
    jail,
    reader: new DesignReader({ library, sandbox, jail, allowance: allowanceOf(config) }),
    library,
    verifier,
    observe: (_family, text) => text,
    task: () => task,
    taskOf: () => undefined,
  });
}

const request = (input: object) => ({ stream: 's', key: 'k', input: JSON.parse(JSON.stringify(input)) });
const draft = '(a, b) => a === 5 ? a * b : a + b';
const failed = { index: 1, input: [5, 5], expected: 10, actual: 25 };

it('a run with the behaviour records the public test that failed first', async () => {
  const { check, verify } = effects([7]);
  expect(await check(request({ task: 't', draft }))).toEqual({
    type: 'checked',
    data: { passed: false, text: 'gave 25 want 10', failed },
  });
  expect(await verify(request({ task: 't', reply: draft }))).toMatchObject({ data: { score: 0, failed } });
  const passing = await check(request({ task: 't', draft: '(a, b) => a + b' }));
  expect(passing).toEqual({ type: 'checked', data: { passed: true, text: 'ok' } });
});

it.each([undefined, [1, 2]])('a run that notes %j records what it did before', async (behaviours) => {
  const { check, verify } = effects(behaviours);
  expect(await check(request({ task: 't', draft }))).toEqual({
    type: 'checked',
    data: { passed: false, text: 'gave 25 want 10' },
  });
  expect(await verify(request({ task: 't', reply: draft }))).toEqual({
    type: 'verified',
    data: {
      score: 0,
      answer: { kind: 'function', source: draft },
      parts: { parsed: 1, public: 0.5, hidden: 1 },
    },
  });
});
