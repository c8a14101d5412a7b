import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compact, planCompaction } from '../../store/compaction.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

const superseded = () => ['old', 'older', 'shared', 'no such name'];
const blob = (name: string, content = name) => ({
  name,
  kind: 'weights',
  bytes: Buffer.from(content.padEnd(50_000, '.')),
});

/** Two runs; the second refers to a blob of the first. There are snapshots, and a blob of no run. */
function recorded(file = join(scratchDirectory(), 'x.db')): Store {
  const store = openStore(file);
  const first = store.openLog(store.createRun(RUN).id);
  first.append([event('a', 0)], { put: ['old', 'older', 'shared', 'new'].map((name) => blob(name)) });
  first.close();
  const second = store.openLog(store.createRun(RUN).id);
  second.append([event('a', 0)], { put: [blob('from the first', 'shared'), blob('old', 'of the second')] });
  second.close();
  store.connection.db.exec(
    `INSERT INTO snapshots VALUES (1, 'v', 1, zeroblob(100)); INSERT INTO blobs VALUES ('00', 3, zeroblob(3))`,
  );
  return store;
}

const pages = (store: Store) => Number(store.connection.db.pragma('page_count', { simple: true }));

test('superseded blobs, those of no run, and snapshots go; events and what others name stay', () => {
  const store = recorded();
  const before = ['run-1', 'run-2'].map((run) => store.reader(run).eventHash());
  const size = pages(store);
  const plan = planCompaction(store, { superseded });
  expect(plan.removed.map(({ run, name }) => `${run} ${name}`)).toEqual([
    'run-1 old',
    'run-1 older',
    'run-2 old',
  ]);
  expect(plan).toMatchObject({ unused: { count: 1, bytes: 3 }, snapshots: { count: 1, bytes: 100 } });
  expect(pages(store)).toBe(size);

  expect(compact(store, { superseded })).toEqual(plan);
  expect(pages(store)).toBeLessThan(size - 30);
  const reader = store.reader('run-1');
  expect(reader.blobs().map(({ name }) => name)).toEqual(['new', 'shared']);
  expect(reader.removedBlobs()).toEqual(plan.removed.slice(0, 2).map(({ run: _, ...info }) => info));
  expect(store.reader('run-2').blob('from the first')).toEqual(blob('', 'shared').bytes);
  expect(['run-1', 'run-2'].map((run) => store.reader(run).eventHash())).toEqual(before);
  expect(checkStore(store)).toMatchObject({ ok: true, events: 2 });
  expect(compact(store, { superseded })).toMatchObject({ removed: [], freeBytes: 0 });
});

test('the runs to compact may be named', () => {
  const store = recorded();
  const { removed } = compact(store, { superseded, runs: ['2', 'run-2'] });
  expect(removed.map(({ run, name }) => `${run} ${name}`)).toEqual(['run-2 old']);
  expect(() => compact(store, { superseded, runs: ['run-7'] })).toThrow(/no run run-7/);
});

test('a run that is being written, even another one, keeps everything as it is', () => {
  const store = recorded();
  const log = store.openLog('run-2');
  expect(() => compact(store, { superseded, runs: ['run-1'] })).toThrow(
    expect.objectContaining({
      code: 'run-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
    }),
  );
  expect(store.reader('run-1').blobs().length).toBe(4);
  log.close();
  expect(compact(store, { superseded }).removed.length).toBe(3);
});

test('a run that goes on forgets what was removed as it would have let it go', () => {
  const store = recorded();
  compact(store, { superseded });
  const log = store.openLog('run-1');
  log.append([event('a', 1)], { put: [blob('older', 'again')], drop: ['old'] });
  log.close();
  expect(store.reader('run-1').removedBlobs()).toEqual([]);
  expect(checkStore(store).ok).toBe(true);
});
