import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFile, checkRun } from '../../store/integrity.ts';
import type { Store } from '../../store/store.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

/** A store with one run of ten events in two streams and a blob. */
function recorded(): Store {
  const store = openStore(join(scratchDirectory(), 'x.db'));
  const log = store.openLog(store.createRun(RUN).id);
  for (let version = 0; version < 5; version++) {
    log.append([event('a', version, { n: version }), event('b', version, { n: version })]);
  }
  log.append([], { put: [{ name: 'w', kind: 'weights', bytes: Buffer.from('weights') }] });
  log.close();
  return store;
}

function alter(store: Store, ...statements: string[]): void {
  store.connection.db.pragma('foreign_keys = OFF');
  for (const sql of statements) expect(store.connection.db.prepare(sql).run().changes).toBeGreaterThan(0);
}

const at = (seq: number) => `position & 4294967295 = ${seq}`;

test('an untouched run has no problems', () => {
  const store = recorded();
  expect(checkRun(store, 'latest')).toEqual({ events: 10, problems: [] });
  expect(checkFile(store)).toEqual([]);
});

describe('one altered event is one problem, named', () => {
  test.each([
    ['data', `data = replace(data, '2', '3')`],
    ['type', `type = 'Happened'`],
    ['version', 'version = 17'],
    ['head', 'head = zeroblob(32)'],
  ])('%s', (_, change) => {
    const store = recorded();
    alter(store, `UPDATE events SET ${change} WHERE ${at(5)}`);
    const [first] = checkRun(store, 'latest').problems;
    expect(first).toMatchObject({ seq: 5, stream: 'a', problem: expect.any(String) });
  });

  test('data gives exactly one problem', () => {
    const store = recorded();
    alter(store, `UPDATE events SET data = '{"n":7}' WHERE ${at(5)}`);
    expect(checkRun(store, 'latest').problems).toEqual([
      { seq: 5, stream: 'a', version: 2, type: 'happened', problem: 'the event was altered or moved' },
    ]);
  });
});

describe('what only the chain of commits covers names the append', () => {
  test.each([
    ['time', 5, 'time = time + 1', 6, 'time or attempt differ from those of the same append'],
    ['attempt', 5, 'attempt = 2', 6, 'time or attempt differ from those of the same append'],
    ['chain', 6, `chain = x''`, 7, 'time or attempt differ from those of the same append'],
  ])('%s', (_, altered, change, seq, problem) => {
    const store = recorded();
    alter(store, `UPDATE events SET ${change} WHERE ${at(altered)}`);
    expect(checkRun(store, 'latest').problems[0]).toMatchObject({ seq, problem });
  });

  test('times of a whole append', () => {
    const store = recorded();
    alter(store, `UPDATE events SET time = time + 1 WHERE ${at(5)} OR ${at(6)}`);
    expect(checkRun(store, 'latest').problems).toMatchObject([
      { seq: 5, problem: 'events 5 to 6, one append, were altered, moved or cut' },
    ]);
  });
});

test('a deleted event is found, in the middle and at the end', () => {
  const store = recorded();
  alter(store, `DELETE FROM events WHERE ${at(4)} OR ${at(9)} OR ${at(10)}`);
  const problems = checkRun(store, 'latest').problems.map(({ problem }) => problem);
  expect(problems[0]).toBe('event 4 is missing');
  expect(problems.at(-1)).toBe('events 9 to 10 are missing');
});

test('a truncated run is found even if its count was adjusted', () => {
  const store = recorded();
  alter(store, `DELETE FROM events WHERE ${at(10)}`, 'UPDATE tails SET events = 9');
  expect(checkRun(store, 'latest').problems).toEqual([
    { problem: 'the last append was cut', seq: 9, stream: 'a', version: 4, type: 'happened' },
    { problem: 'the end of the chain of commits was altered' },
  ]);
});

test('exchanged events are found', () => {
  const store = recorded();
  const base = 2 ** 32;
  alter(
    store,
    `UPDATE events SET position = 5 WHERE ${at(3)} AND position > 5`,
    `UPDATE events SET position = ${base + 3} WHERE ${at(4)}`,
    `UPDATE events SET position = ${base + 4} WHERE position = 5`,
  );
  const { problems } = checkRun(store, 'latest');
  expect(problems[0]).toMatchObject({ seq: 3, stream: 'b', version: 1 });
});

test('an added event is found', () => {
  const store = recorded();
  alter(
    store,
    `INSERT INTO events SELECT position + 1, stream, version + 1, type, data, time, attempt, head, chain, bytes
     FROM events WHERE ${at(10)}`,
  );
  const problems = checkRun(store, 'latest').problems.map(({ problem }) => problem);
  expect(problems).toContain('events after event 10 were added');
});

test('a renamed stream, an altered configuration and damaged blobs are found', () => {
  const store = recorded();
  alter(store, `UPDATE streams SET name = 'c' WHERE name = 'b'`);
  alter(store, `UPDATE runs SET config = '{"seed":8}'`, `UPDATE blobs SET bytes = x'00'`);
  const { problems } = checkRun(store, 'latest');
  expect(problems[0]?.problem).toBe('the configuration of run-1 was altered');
  expect(problems[1]).toMatchObject({
    seq: 1,
    problem: 'events 1 to 2, one append, were altered, moved or cut',
  });
  expect(problems.at(-1)?.problem).toMatch(/^the blob w: The blob .* was altered/);
  expect(() => store.reader('latest').blob('w')).toThrow(/was altered/);
  alter(store, 'DELETE FROM blobs');
  expect(checkRun(store, 'latest').problems.at(-1)?.problem).toBe('the blob w is missing');
});

test('a missing stream is found', () => {
  const store = recorded();
  alter(store, `DELETE FROM streams WHERE name = 'a'`);
  expect(checkRun(store, 'latest').problems[0]).toMatchObject({
    seq: 1,
    problem: 'the stream of the event is missing',
  });
});

test('events that are no longer JSON are a sentence for the reader', () => {
  const store = recorded();
  alter(store, `UPDATE events SET data = '{"n":' WHERE ${at(5)}`);
  expect(() => store.reader('latest').read('a')).toThrow(/Event 5 \(happened, a\) .* was altered/);
});
