import { expect, it } from 'vitest';
import { defaultFamilies } from '../../src/tasks/families.ts';
import { buildTaskSet, decodeTaskSet, encodeTaskSet, TaskIndex } from '../../src/tasks/task-set.ts';

const size = { train: 30, heldOut: 10, harder: 5 };

it('is a pure function of the seed, and survives its bytes', () => {
  const set = buildTaskSet(5, defaultFamilies(), size);
  const bytes = encodeTaskSet(set);
  expect(encodeTaskSet(buildTaskSet(5, defaultFamilies(), size))).toEqual(bytes);
  expect(encodeTaskSet(buildTaskSet(6, defaultFamilies(), size))).not.toEqual(bytes);
  expect(decodeTaskSet(bytes)).toEqual(set);
});

it('is balanced in every prefix', () => {
  const { train, heldOut } = buildTaskSet(5, defaultFamilies(), size);
  expect(train).toHaveLength(180);
  expect(heldOut).toHaveLength(60);
  expect(train.slice(0, 30).filter(({ family }) => family === 'code')).toHaveLength(5);
});

it('finds every task by its id and refuses an unknown one', () => {
  const set = buildTaskSet(5, defaultFamilies(), size);
  const index = new TaskIndex(set);
  for (const task of [...set.train, ...set.heldOut]) expect(index.get(task.id)).toBe(task);
  expect(() => index.get('none')).toThrow('expected a task called none');
});
