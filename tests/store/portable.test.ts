import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compact } from '../../store/compaction.ts';
import { exportRun } from '../../store/export-run.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { event, openStore, RUN, scratchDirectory, tickingClock } from './scratch.ts';

const STREAMS = ['session', 'step/0000/task/001', 'step/0000/task/002/agent'];

/** A store with two runs; the second was interrupted twice, has binary data, and lost a blob to compaction. */
function recorded(file: string): Store {
  const store = openStore(file);
  const first = store.openLog(store.createRun(RUN).id);
  first.append([event('other', 0)]);
  first.close();
  const { id } = store.createRun({ ...RUN, config: { seed: 8 } });
  for (const attempt of [0, 1]) {
    const log = store.openLog(id, `code ${attempt}`);
    for (let n = 0; n < 200; n++) {
      const version = attempt * 200 + n;
      log.append(
        STREAMS.map((stream) => ({ ...event(stream, version, { n }), bytes: Buffer.from([n & 255]) })),
      );
    }
    log.append([], {
      put: ['old', 'new'].map((name) => ({ name, kind: 'weights', bytes: Buffer.from(name) })),
    });
    if (attempt === 0) log.close('stopped');
  }
  store.setStatus(id, 'done');
  store.connection.db.exec(`UPDATE attempts SET pid = 999999, process = 'gone' WHERE ended_at IS NULL`);
  compact(store, { superseded: () => ['old'], runs: [id] });
  return store;
}

function take(file: string, store: Store) {
  const source = openImport(file, tickingClock());
  try {
    return importRuns(source, store);
  } finally {
    source.close();
  }
}

/** Everything that a run consists of, but for its name. */
function contentOf(store: Store, run: string) {
  const reader = store.reader(run);
  const { id: _, attempts: __, ...info } = store.run(run);
  return {
    info,
    events: [...reader.events()],
    hash: reader.eventHash(),
    blobs: reader.blobs(),
    removed: reader.removedBlobs(),
  };
}

describe('a run that is exported and imported', () => {
  test('is the same run under another name', () => {
    const folder = scratchDirectory();
    const store = recorded(join(folder, 'here.db'));
    const file = join(folder, 'run.db');
    const progress: string[] = [];
    const exported = exportRun(store, '2', file, (what) => progress.push(what));
    expect(exported).toEqual({
      run: 'run-2',
      file,
      events: 1200,
      eventHash: store.reader('2').eventHash(),
      bytes: statSync(file).size,
    });
    expect(progress).toEqual(['copying', 'checking']);
    store.close();
    expect(readdirSync(folder).sort()).toEqual(['here.db', 'run.db']);

    const there = openStore(join(scratchDirectory(), 'there.db'));
    const log = there.openLog(there.createRun(RUN).id);
    log.append([event('session', 0), event('step/0000/task/001', 0)], {
      put: [{ name: 'n', kind: 'weights', bytes: Buffer.from('new') }],
    });
    log.close();
    const bytes = readFileSync(file);
    expect(take(file, there)).toEqual([
      { run: 'run-2', from: 'run-2', events: 1200, eventHash: exported.eventHash, added: true },
    ]);
    const again = openStore(join(folder, 'here.db'), 'read');
    expect(contentOf(there, 'run-2')).toEqual(contentOf(again, 'run-2'));
    expect(there.attempts('run-2').map(({ note, endedAt }) => [note, endedAt !== undefined])).toEqual([
      ['stopped', true],
      ['copied', true],
    ]);
    expect(checkStore(there)).toMatchObject({ ok: true, runs: 2, events: 1202 });
    // A second time, nothing is done; the file was only read.
    expect(take(file, there)).toMatchObject([{ run: 'run-2', added: false }]);
    expect(there.runs().length).toBe(2);
    expect([readFileSync(file).equals(bytes), readdirSync(folder).sort()]).toEqual([
      true,
      ['here.db', 'here.db-shm', 'here.db-wal', 'run.db'],
    ]);
    // It can be written here.
    const next = there.openLog('run-2');
    next.append([event('session', 400)]);
    next.close();
    expect(checkStore(there).ok).toBe(true);
  });

  test('is a store like any other, that can be written', () => {
    const folder = scratchDirectory();
    const file = join(folder, 'run.db');
    exportRun(recorded(join(folder, 'here.db')), 'run-1', file);
    expect(checkStore(openStore(file, 'read'))).toEqual({ ok: true, runs: 1, events: 1, problems: [] });
    expect(readdirSync(folder).filter((name) => name.startsWith('run.db'))).toEqual(['run.db']);
    const store = openStore(file, 'write');
    expect(store.connection.db.pragma('journal_mode', { simple: true })).toBe('wal');
    const log = store.openLog('run-1');
    log.append([event('other', 1)]);
    log.close();
    expect([store.createRun(RUN).id, checkStore(store).events]).toEqual(['run-2', 2]);
  });

  test('while it is being written, goes as far as it went', () => {
    const folder = scratchDirectory();
    const store = openStore(join(folder, 'here.db'));
    const log = store.openLog(store.createRun(RUN).id);
    log.append([event('a', 0)]);
    exportRun(store, 'latest', join(folder, 'run.db'));
    log.append([event('a', 1)]);
    const copy = openStore(join(folder, 'run.db'), 'read');
    expect([copy.reader('latest').count(), copy.run('latest').writer]).toEqual([1, undefined]);
  });
});

describe('an export', () => {
  test('replaces nothing, clears away what a killed one left, and needs its folder', () => {
    const folder = scratchDirectory();
    const store = recorded(join(folder, 'here.db'));
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const name of [
      `run.db.partial-${pid}`,
      `run.db.partial-${pid}-journal`,
      `run.db.partial-${pid}.new-${pid}`,
      `run.db.partial-${pid}.new-${pid}-wal`,
      `run.db.partial-${process.ppid}`,
      `xrun.db.partial-${pid}`,
    ]) {
      writeFileSync(join(folder, name), 'half');
    }
    exportRun(store, 'run-1', join(folder, 'run.db'));
    expect(
      readdirSync(folder)
        .filter((name) => name.includes('partial'))
        .sort(),
    ).toEqual([`run.db.partial-${process.ppid}`, `xrun.db.partial-${pid}`].sort());
    const before = readFileSync(join(folder, 'run.db'));
    // One that was killed once its file had its name.
    linkSync(join(folder, 'run.db'), join(folder, `run.db.partial-${pid}`));
    expect(() => exportRun(store, 'run-1', join(folder, 'run.db'))).toThrow(
      /There is a file .*run\.db already/,
    );
    expect(existsSync(join(folder, `run.db.partial-${pid}`))).toBe(false);
    expect(readFileSync(join(folder, 'run.db')).equals(before)).toBe(true);
    expect(() => exportRun(store, 'run-1', join(folder, 'no', 'run.db'))).toThrow(
      /There is no folder .*no to export to/,
    );
    expect(() => exportRun(store, 'run-9', join(folder, 'new.db'))).toThrow(/no run run-9/);
  });

  test.each([
    [
      `UPDATE events SET data = '{"n":77}' WHERE position & 4294967295 = 7`,
      /damaged \(the event was altered/,
    ],
    ['DELETE FROM blobs', /the blob new is missing/],
    [`DELETE FROM streams WHERE name = 'session'`, /the stream of event 1 is missing/],
  ])('of a run after %s is refused, and leaves nothing', (sql, sentence) => {
    const folder = scratchDirectory();
    const store = recorded(join(folder, 'here.db'));
    store.connection.db.exec(sql);
    expect(() => exportRun(store, 'run-2', join(folder, 'run.db'))).toThrow(sentence);
    expect(readdirSync(folder).filter((name) => name.startsWith('run.db'))).toEqual([]);
  });
});

describe('an import', () => {
  test('refuses a spoiled file before anything else', () => {
    const folder = scratchDirectory();
    exportRun(recorded(join(folder, 'here.db')), 'run-2', join(folder, 'run.db'));
    const whole = readFileSync(join(folder, 'run.db'));
    for (const [change, sentence] of SPOILED) {
      const file = join(folder, 'spoiled.db');
      const bytes = change(whole);
      writeFileSync(file, bytes);
      expect(() => openImport(file, tickingClock())).toThrow(
        expect.objectContaining({ name: 'UserError', message: expect.stringMatching(sentence) }),
      );
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }
  });

  test('of nothing, or of a store without runs, is refused', () => {
    const folder = scratchDirectory();
    expect(() => openImport(join(folder, 'none.db'), tickingClock())).toThrow(
      /There is no file .*none\.db to import/,
    );
    openStore(join(folder, 'x.db')).close();
    expect(() => openImport(join(folder, 'x.db'), tickingClock())).toThrow(/holds no runs/);
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
  });

  test('takes all runs of a store of format 1, which stays as it is', () => {
    const folder = scratchDirectory();
    const file = join(folder, 'old.db');
    writeFileSync(file, gunzipSync(readFileSync(new URL('golden/format-1.db.gz', import.meta.url))));
    chmodSync(file, 0o444);
    const bytes = readFileSync(file);
    const store = openStore(join(scratchDirectory(), 'new.db'));
    store.createRun(RUN);
    expect(
      take(file, store).map(({ run, from, events, eventHash }) => [run, from, events, eventHash.slice(0, 8)]),
    ).toEqual([
      ['run-2', 'run-1', 98, '2b675a91'],
      ['run-3', 'run-2', 51, 'b92e2ec4'],
    ]);
    expect(checkStore(store)).toEqual({ ok: true, runs: 3, events: 149, problems: [] });
    // Calls of format 1 are still read in the form of today.
    const call = [...store.reader('run-2').events()].find(({ type }) => type === 'called');
    expect(call).toMatchObject({ bytes: expect.any(Buffer), data: { tokens: expect.any(Number) } });
    expect([readFileSync(file).equals(bytes), readdirSync(folder)]).toEqual([true, ['old.db']]);
  });

  test('of a store with a write-ahead log takes what the log holds', () => {
    const file = join(scratchDirectory(), 'live.db');
    const live = recorded(file);
    const log = live.openLog('run-1');
    log.append([event('other', 1)]);
    const store = openStore(join(scratchDirectory(), 'new.db'));
    expect(take(file, store).map(({ events }) => events)).toEqual([2, 1200]);
    expect(store.run('run-1').writer).toBeUndefined();
  });
});

const SPOILED: readonly (readonly [change: (bytes: Buffer) => Buffer, sentence: RegExp])[] = [
  [(bytes) => bytes.subarray(0, bytes.length / 3), /is not as it was written \(.*\); nothing was imported/],
  [(bytes) => bytes.subarray(0, -4096), /is not as it was written/],
  [(bytes) => bytes.subarray(0, 200), /is not as it was written \(SQLite/],
  [(bytes) => replaced(bytes, '{"n":199}', '{"n":198}'), /run-2: the event was altered or moved/],
  [(bytes) => replaced(bytes, '{"seed":8}', '{"seed":9}'), /the configuration of run-2 was altered/],
  [() => Buffer.alloc(0), /is empty, not a Troupe store, .*; import another file\./],
  [() => Buffer.from('a diary '.repeat(99)), /is not an SQLite file, .*; import another file\./],
];

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(from);
  expect(at).toBeGreaterThan(0);
  copy.write(to, at);
  return copy;
}
