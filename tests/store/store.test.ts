import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/hash.ts';
import { event, openStore, RUN, scratchDirectory, tickingClock } from './scratch.ts';

const file = () => join(scratchDirectory(), 'troupe.db');

test('runs are numbered and found by name, by number and as the latest', () => {
  const store = openStore(file());
  expect(store.createRun(RUN).id).toBe('run-1');
  expect(store.createRun(RUN).id).toBe('run-2');
  expect(['run-1', '2', 'latest'].map((id) => store.run(id).id)).toEqual(['run-1', 'run-2', 'run-2']);
  expect(store.runs().map((run) => run.id)).toEqual(['run-1', 'run-2']);
});

test('a run keeps its configuration, code version, status and counts', () => {
  const store = openStore(file());
  const { id } = store.createRun(RUN);
  const log = store.openLog(id);
  log.append([event('s', 0)]);
  store.setStatus(id, 'running');
  expect(store.run(id)).toEqual({
    id,
    createdAt: 1010,
    status: 'running',
    config: RUN.config,
    codeVersion: 'abc',
    events: 1,
    attempts: 1,
    writer: process.pid,
  });
  log.close();
  expect(store.run(id).writer).toBeUndefined();
});

test('an unknown run is answered with those that exist', () => {
  const store = openStore(file());
  expect(() => store.run('latest')).toThrow(/holds no runs yet/);
  for (let i = 0; i < 12; i++) store.createRun(RUN);
  expect(() => store.run('run-99')).toThrow(/no run run-99 .* one of … run-3, .*run-12, or latest/);
});

test('a resumed run goes on where it stood, and its attempts are told apart outside of eventHash', () => {
  const store = openStore(file());
  const { id } = store.createRun(RUN);
  const first = store.openLog(id, 'abc');
  first.append([event('s', 0), event('t', 0)]);
  first.close('stopped');
  const second = store.openLog(id, 'abd');
  expect([second.version('s'), second.count()]).toEqual([1, 2]);
  second.append([event('s', 1)]);
  second.close();
  expect(
    store
      .reader(id)
      .read('s')
      .map(({ seq, attempt }) => [seq, attempt]),
  ).toEqual([
    [1, 1],
    [3, 2],
  ]);
  expect(
    store.attempts(id).map(({ attempt, note, endedAt }) => [attempt, note, endedAt !== undefined]),
  ).toEqual([
    [1, 'stopped', true],
    [2, 'ended', true],
  ]);
  const other = store.createRun(RUN);
  const log = store.openLog(other.id);
  log.append([event('t', 0), event('s', 0), event('s', 1)]);
  expect(log.eventHash()).toBe(store.reader(id).eventHash());
});

test('two runs of one store do not see each other', () => {
  const store = openStore(file());
  const [a, b] = [store.openLog(store.createRun(RUN).id), store.openLog(store.createRun(RUN).id)];
  a.append([event('s', 0, { who: 'a' })]);
  b.append([event('s', 0, { who: 'b' }), event('s', 1)]);
  a.append([event('s', 1)]);
  expect([...a.events()].length).toBe(2);
  expect(b.readPrefix('s').map((e) => e.seq)).toEqual([1, 2]);
  expect(b.eventAt(1)?.data).toEqual({ who: 'b' });
});

test('a second writer of the same run is turned away, also from another connection', () => {
  const path = file();
  const store = openStore(path);
  const log = store.openLog(store.createRun(RUN).id);
  const other = openStore(path, 'write');
  const refusal = {
    code: 'run-in-use',
    message: expect.stringContaining(`written by process ${process.pid}`),
  };
  expect(() => other.openLog('run-1')).toThrow(expect.objectContaining(refusal));
  log.close();
  expect(other.openLog('run-1').attempt).toBe(2);
});

test('the lock of a dead process is taken over', () => {
  const store = openStore(file());
  store.createRun(RUN);
  store.openLog('run-1');
  const { pid } = spawnSync(process.execPath, ['--version']);
  store.connection.db.prepare('UPDATE attempts SET pid = ?').run(pid);
  const log = store.openLog('run-1');
  expect([log.attempt, store.attempts('run-1')[0]?.note]).toEqual([2, 'lost']);
});

test.runIf(process.platform === 'linux')(
  'a living process with the number of the dead one holds nothing',
  () => {
    const store = openStore(file());
    store.createRun(RUN);
    store.openLog('run-1');
    store.connection.db.prepare("UPDATE attempts SET process = 'another-boot 1'").run();
    expect(store.openLog('run-1').attempt).toBe(2);
  },
);

test('a log does not survive its lock: a writer that was overtaken cannot write', () => {
  const store = openStore(file());
  const log = store.openLog(store.createRun(RUN).id);
  store.connection.db.prepare("UPDATE attempts SET process = 'x', pid = 999999999").run();
  store.openLog('run-1').append([event('s', 0)]);
  expect(() => log.append([event('t', 0)])).toThrow(/another writer/);
  expect(store.reader('run-1').streams()).toEqual(['s']);
});

test('blobs are shared between runs and deleted with the last reference', () => {
  const store = openStore(file());
  const bytes = Buffer.from('shared');
  const put = [{ name: 'w', kind: 'weights', bytes }];
  const [a, b] = [store.openLog(store.createRun(RUN).id), store.openLog(store.createRun(RUN).id)];
  a.append([], { put });
  b.append([], { put: [...put, { name: 'again', kind: 'weights', bytes }] });
  a.append([], { drop: ['w'] });
  expect(store.blob(sha256(bytes))).toEqual(bytes);
  b.append([], { drop: ['w'] });
  expect(b.blob('again')).toEqual(bytes);
  b.append([], { drop: ['again'] });
  expect(store.blob(sha256(bytes))).toBeUndefined();
});

test('a reader on another connection sees appended events at once', () => {
  const path = file();
  const log = openStore(path).openLog(openStore(path, 'write').createRun(RUN).id);
  const reader = openStore(path, 'read', tickingClock()).reader('latest');
  log.append([event('s', 0)]);
  expect([reader.count(), reader.version('s')]).toEqual([1, 1]);
});
