import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { storeStatistics } from '../../store/statistics.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

const weights = { name: 'w', kind: 'weights', bytes: Buffer.from('weights') };

/** A store with two runs of six events, which share a blob. */
function recorded(file = join(scratchDirectory(), 'x.db')): Store {
  const store = openStore(file);
  for (const id of [store.createRun(RUN).id, store.createRun(RUN).id]) {
    const log = store.openLog(id);
    for (let n = 0; n < 3; n++) log.append([event('a', n, { n }), event('a/b', n, { n })]);
    log.append([], {
      put: [weights, { ...weights, name: 'same' }, { ...weights, name: 'own', bytes: Buffer.from(id) }],
    });
    log.close();
  }
  return store;
}

describe('the check of a whole store', () => {
  test('says what it looked at when all is well', () => {
    const seen: number[] = [];
    const store = recorded();
    const log = store.openLog('run-2');
    log.append(Array.from({ length: 2000 }, (_, n) => event('many', n)));
    log.close();
    const check = checkStore(store, (done, of) => seen.push(done, of));
    expect(check).toEqual({ ok: true, runs: 2, events: 2012, problems: [] });
    expect(seen).toEqual([1006, 2012, 2006, 2012]);
    expect(checkStore(openStore(join(scratchDirectory(), 'empty.db')))).toEqual({
      ok: true,
      runs: 0,
      events: 0,
      problems: [],
    });
  });

  test.each([
    [
      `UPDATE events SET data = '{}' WHERE position & 4294967295 = 3 AND position > 2 << 32`,
      { run: 'run-2', seq: 3, stream: 'a' },
    ],
    [
      `UPDATE blobs SET bytes = zeroblob(7) WHERE size = 7`,
      { run: 'run-1', problem: expect.stringContaining('the blob same') },
    ],
    [`UPDATE blobs SET size = 8 WHERE size = 7`, { problem: 'one blob has another size than recorded' }],
    [`DELETE FROM blob_refs WHERE name <> 'own'`, { problem: 'one blob belongs to no run' }],
    [`INSERT INTO blobs VALUES ('00', 1, x'00')`, { problem: 'one blob belongs to no run' }],
    [
      `DELETE FROM tails WHERE run = 1`,
      { run: 'run-1', problem: 'how far the run has come is not recorded' },
    ],
    [
      `INSERT INTO snapshots VALUES (9, 'v', 1, x'00')`,
      { problem: 'one row of snapshots refers to runs that are not there' },
    ],
    [
      `INSERT INTO attempts VALUES (9, 1, 1, 1, 1, '', '', '')`,
      { problem: 'one row of attempts refers to runs that are not there' },
    ],
    [
      `INSERT INTO events SELECT 9 << 32, 77, version, type, data, time, attempt, head, chain, bytes FROM events LIMIT 1`,
      { problem: 'one row of events refers to streams that are not there' },
    ],
    [`DROP TABLE tails`, { problem: 'the file lacks tails.run, tails.events, tails.chain' }],
    [`DROP INDEX streams_by_scope`, { problem: 'the file lacks streams_by_scope' }],
  ])('finds %s', (sql, problem) => {
    const store = recorded();
    store.connection.db.exec(sql);
    const { ok, problems } = checkStore(store);
    expect(ok).toBe(false);
    expect(problems[0]).toMatchObject(problem);
  });

  test('finds what a deleted run leaves behind', () => {
    const store = recorded();
    store.connection.db.exec('DELETE FROM runs WHERE key = 2');
    const { runs, problems } = checkStore(store);
    expect(runs).toBe(1);
    expect(problems.map(({ problem }) => problem)).toEqual([
      'one row of attempts refers to runs that are not there',
      '3 rows of blob_refs refer to runs that are not there',
      '2 rows of streams refer to runs that are not there',
      'one row of tails refers to runs that are not there',
    ]);
  });

  test('damage below the tables is a problem, where the file can be opened', () => {
    const file = join(scratchDirectory(), 'x.db');
    const store = recorded(file);
    const log = store.openLog('run-1');
    log.append(Array.from({ length: 3000 }, (_, n) => event('many', n)));
    log.close();
    store.close();
    // Some pages in the middle, none of which holds the schema.
    const descriptor = openSync(file, 'r+');
    for (const page of [30, 31, 32, 33, 60, 61])
      writeSync(descriptor, Buffer.alloc(4096, 0xaa), 0, 4096, page * 4096);
    const { ok, problems } = checkStore(openStore(file, 'read'));
    expect(ok).toBe(false);
    expect(problems.length).toBeGreaterThan(0);
  });
});

test('sizes: what runs share counts once', () => {
  const { runs, blobs, tables, fileBytes, freeBytes } = storeStatistics(recorded());
  expect(blobs).toEqual({ count: 3, bytes: 7 + 2 * 5 });
  expect(runs).toEqual(
    ['run-1', 'run-2'].map((run) => ({
      run,
      events: 6,
      dataBytes: 6 * '{"n":0}'.length,
      binaryBytes: 0,
      streams: 2,
      snapshots: { count: 0, bytes: 0 },
      blobs: { weights: { count: 2, bytes: 12 } },
      sampledTokens: 0,
      bytesPerToken: null,
    })),
  );
  expect([fileBytes > 0, freeBytes]).toEqual([true, 0]);
  expect(tables).toMatchObject({ events: expect.any(Number), blobs: expect.any(Number) });
});
