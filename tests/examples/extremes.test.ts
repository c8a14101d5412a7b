import { afterAll, expect, it } from 'vitest';
import { extremes } from '../../examples/extremes.family.ts';
import { QuickJsSandbox, RandomStream, type Task, TOOL_CALL_MARK, verifier } from '../../src/index.ts';
import { runTool } from '../../src/tasks/tool.ts';

const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const tasks = extremes.generate(1, 'train', 200);
const demonstrate = (task: Task) => extremes.demonstrate(task, new RandomStream(1, task.id));

it('makes distinct tasks, the same for the same seed', () => {
  expect(new Set(tasks.map(({ key }) => key)).size).toBe(200);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(200);
  expect(extremes.generate(1, 'train', 50)).toEqual(tasks.slice(0, 50));
  expect(extremes.generate(2, 'train', 50)).not.toEqual(tasks.slice(0, 50));
});

it('shares no content between train and held-out tasks of any seeds', () => {
  const keys = (split: 'train' | 'heldOut') =>
    [1, 2, 3].flatMap((seed) => extremes.generate(seed, split, 500).map(({ key }) => key));
  const train = new Set(keys('train'));
  expect(keys('heldOut').filter((key) => train.has(key))).toEqual([]);
});

it('asks for the greatest, the least and the gap, and knows the answer', () => {
  expect(new Set(tasks.map(({ text }) => text.split(' ')[0]))).toEqual(new Set(['greatest', 'least', 'gap']));
  for (const { text, check } of tasks) {
    const [word, , ...rest] = text.split(' ');
    const sorted = rest.map(Number).sort((a, b) => a - b);
    const [least = 0, greatest = 0] = [sorted[0], sorted.at(-1)];
    const value = { greatest, least, gap: greatest - least }[word ?? ''];
    expect(check).toEqual({ kind: 'integer', value });
  }
});

it('demonstrates every kind of executor call', () => {
  for (const task of tasks) {
    expect(demonstrate(task).map(({ prompt }) => prompt.map(({ kind }) => kind).join(' '))).toEqual([
      'executor task',
      'executor task tool',
      'executor task tool call result',
      'executor task draft feedback',
    ]);
  }
});

it('demonstrates tool calls whose results are right, and answers that the verifier accepts', async () => {
  for (const task of tasks.slice(0, 60)) {
    for (const { completion } of demonstrate(task)) {
      const called = completion.startsWith(TOOL_CALL_MARK);
      const reply = called
        ? (await runTool({ name: 'js' }, completion.slice(TOOL_CALL_MARK.length), { sandbox })).text
        : completion;
      expect((await verifier.verify(task, reply, sandbox)).score).toBe(1);
    }
  }
});
