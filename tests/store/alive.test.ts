import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isAlive, processMark } from '../../store/alive.ts';
import { openStore, RUN, scratchDirectory } from './scratch.ts';

const marks = processMark(process.pid) !== '';

it('knows a process by its mark, and not by its number alone', () => {
  expect(isAlive(process.pid, processMark(process.pid))).toBe(true);
  expect(isAlive(process.ppid)).toBe(true);
  expect(isAlive(process.ppid, processMark(process.pid))).toBe(!marks);
});

it.each([0, -1, 1.5, Number.NaN])('takes %d for no process', (pid) => {
  expect(isAlive(pid)).toBe(false);
});

it.skipIf(!marks).each([
  [0, ''],
  [-1, ''],
  [1, ''],
  [1, 'another machine 17'],
  [process.ppid, ''],
])('a run that process %d with the mark "%s" never let go of is not locked for ever', (pid, mark) => {
  const store = openStore(join(scratchDirectory(), 'a.db'));
  const { id } = store.createRun(RUN);
  store.openLog(id).append([]);
  store.connection.db.prepare('UPDATE attempts SET pid = ?, process = ?').run(pid, mark);
  expect(store.run(id).writer).toBe(undefined);
  store.openLog(id).close();
  expect(store.attempts(id).map(({ note }) => note)).toEqual(['lost', 'ended']);
});
