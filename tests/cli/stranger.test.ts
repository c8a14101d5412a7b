import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findVersion } from '../../src/runtime/versions.ts';
import { Store } from '../../store/store.ts';
import { rehash } from '../store/rehash.ts';
import { recordHostile } from './hostile-store.ts';
import { call } from './said.ts';

const folder = mkdtempSync(join(tmpdir(), 'troupe-stranger-'));
const honest = join(folder, 'honest.db');
beforeAll(() => recordHostile(honest, 'text'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
/** A copy of the honest store, changed by SQL; its hashes are made to fit unless told otherwise. */
function crafted(sql: string, fitting = true): string {
  const file = join(folder, `crafted-${++count}.db`);
  copyFileSync(honest, file);
  const store = Store.open(file, { mode: 'write', clock: () => 1 });
  store.connection.db.exec(sql);
  if (fitting) rehash(store);
  store.close();
  return file;
}

const FIRST = 'position = (1 << 32) + 1';
const LEARNED = `type = 'learned'`;
const CALLED = `position = (SELECT min(position) FROM events WHERE type = 'called')`;
const NESTED = `'{"a":' || replace(hex(zeroblob(3000)), '00', '[') || replace(hex(zeroblob(3000)), '00', ']') || '}'`;

/** Stores whose hashes fit, and what is wrong with them. */
const UNREADABLE: readonly (readonly [what: string, sql: string, sentence: RegExp])[] = [
  ['the configuration null', `UPDATE runs SET config = 'null'`, /configuration/],
  ['a configuration of other types', `UPDATE runs SET config = '{"seed":"x"}'`, /configuration/],
  [
    'a first event without a plan',
    `UPDATE events SET data = '{}' WHERE ${FIRST}`,
    /event 1 \(started, session\)/,
  ],
  ['a plan that is text', `UPDATE events SET data = json_set(data, '$.plan', 'x') WHERE ${FIRST}`, /plan: /],
  [
    'an update without a version',
    `UPDATE events SET data = json_remove(data, '$.version') WHERE ${LEARNED}`,
    /version: /,
  ],
  [
    'a loss that is text',
    `UPDATE events SET data = json_set(data, '$.loss', 'low') WHERE ${LEARNED}`,
    /loss: /,
  ],
  [
    'a call whose text is a number',
    `UPDATE events SET data = json_set(data, '$.text', 7) WHERE ${CALLED}`,
    /text: /,
  ],
  [
    'a call of more tokens than it has',
    `UPDATE events SET data = json_set(data, '$.tokens', 9) WHERE ${CALLED}`,
    /event \d+ \(called/,
  ],
  [
    'a call of -1 tokens',
    `UPDATE events SET data = json_set(data, '$.tokens', -1) WHERE ${CALLED}`,
    /tokens: /,
  ],
  ['a run called ../../x', `UPDATE runs SET id = '../../x'`, /is not called run-1/],
  ['a run called latest', `UPDATE runs SET id = 'latest'`, /is not called run-1/],
  [
    'a run with line breaks in its name',
    `UPDATE runs SET id = 'run-1' || char(10) || 'ok'`,
    /is not called run-1/,
  ],
  [
    'a run from the year 292 million',
    `UPDATE runs SET created_at = 9223372036854775807`,
    /a time of run-1 is none/,
  ],
  ['an attempt before all time', `UPDATE attempts SET started_at = -9e15`, /a time of run-1 is none/],
  [
    'an event nested 3000 deep',
    `UPDATE events SET data = ${NESTED} WHERE ${FIRST}`,
    /nested deeper|cannot be read|altered|would have stored/,
  ],
  [
    'other weights under their name',
    `UPDATE blob_refs SET hash = (SELECT hash FROM blobs LIMIT 1) WHERE name LIKE 'weights/%';
    UPDATE events SET data = json_set(data, '$.version', '00') WHERE ${LEARNED}`,
    /are not those that the run learned/,
  ],
  [
    'a blob noted as removed that never was',
    `INSERT INTO removed_blobs VALUES (1, 'weights/step/0009/shared', 'weights', '00', 4)`,
    /the removed blob weights\/step\/0009\/shared is not what/,
  ],
];

describe('a store of a stranger', () => {
  it('that is honest is checked and imported', async () => {
    expect(await call('store', 'check', '--store', honest)).toMatchObject({ code: 0 });
    const own = join(folder, 'own.db');
    expect(await call('store', 'import', honest, '--store', own)).toMatchObject({ code: 0 });
    expect(await call('runs', '--store', own)).toMatchObject({ code: 0 });
  });

  it.each(UNREADABLE)('with %s is found by check and import', async (_, sql, sentence) => {
    const file = crafted(sql);
    const checked = await call('store', 'check', '--store', file);
    expect(checked).toMatchObject({ code: 1, text: expect.stringMatching(sentence) });
    const imported = await call('store', 'import', file, '--store', join(folder, 'never.db'));
    expect(imported).toMatchObject({ code: 2, text: expect.stringMatching(/nothing was imported/) });
    for (const command of [['runs'], ['show'], ['store', 'stats'], ['replay', '--plain']]) {
      const { text, code } = await call(...command, '--store', file);
      expect([0, 1, 2]).toContain(code);
      expect(text).not.toMatch(/an error of Troupe's own/);
    }
  });

  it.each([
    [
      'a trigger',
      'CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM runs; END',
      /trigger t is not part/,
    ],
    ['a table', 'CREATE TABLE mine (a)', /table mine is not part/],
    ['an index', 'CREATE INDEX mine ON events (time)', /index mine is not part/],
  ])('with %s is found, and never written', async (_, sql, sentence) => {
    const file = crafted(sql, false);
    expect(await call('store', 'check', '--store', file)).toMatchObject({
      code: 1,
      text: expect.stringMatching(sentence),
    });
    for (const command of [
      ['train', '--resume', 'run-1'],
      ['store', 'compact'],
      ['store', 'remove', 'run-1'],
      ['fork', '--at', '3', '--no-run'],
    ]) {
      expect(await call(...command, '--store', file)).toMatchObject({
        code: 2,
        text: expect.stringMatching(sentence),
      });
    }
    expect(await call('show', '--store', file)).toMatchObject({ code: 0 });
  });

  it('with a view of another meaning is found', async () => {
    const file = crafted('DROP VIEW steps; CREATE VIEW steps AS SELECT 1 AS step', false);
    expect((await call('store', 'check', '--store', file)).text).toMatch(
      /view steps is not defined as in a store/,
    );
  });

  it('holds a run that cannot be read: the others can, and it can be removed', async () => {
    const file = crafted(
      `INSERT INTO runs SELECT 2, 'run-2', created_at, status, 'null', config_hash, code_version, 0 FROM runs;
       INSERT INTO tails VALUES (2, 0, '')`,
      false,
    );
    const listed = await call('runs', '--store', file);
    expect(listed.code).toBe(0);
    expect(listed.text).toMatch(/^run-1 /m);
    expect(listed.text).toMatch(/run-2 cannot be read: .*"troupe store remove"/);
    expect(await call('show', 'run-1', '--store', file)).toMatchObject({ code: 0 });
    expect(await call('store', 'compact', '--dry-run', '--store', file)).toMatchObject({ code: 0 });
    expect(await call('store', 'remove', 'latest', '--store', file)).toMatchObject({ code: 2 });
    expect(await call('store', 'remove', 'run-2', '--store', file)).toMatchObject({ code: 0 });
    expect(await call('store', 'check', '--store', file)).toMatchObject({ code: 0 });
    expect(await call('store', 'remove', '1', '--store', file)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^run-1: \d+ events removed/),
    });
    expect(await call('store', 'check', '--store', file)).toMatchObject({
      code: 0,
      text: expect.stringContaining('0 runs'),
    });
  });

  it('that is damaged is not compacted', async () => {
    const file = crafted(`UPDATE events SET data = '{}' WHERE ${FIRST}`, false);
    expect(await call('store', 'compact', '--store', file)).toMatchObject({
      code: 2,
      text: expect.stringMatching(/was not compacted/),
    });
  });

  it('with replaced weights gives them to nobody', async () => {
    const file = crafted(
      `INSERT INTO blobs VALUES ('9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a', 4, x'01020304');
       UPDATE blob_refs SET hash = '9f64a747e1b97f131fabb6b447296c9b6f0201e79fb3c5356e6c77e89b6a806a' WHERE name LIKE 'weights/%'`,
      false,
    );
    const store = Store.open(file, { mode: 'read', clock: () => 1 });
    const sentence = /weights of step\/0000 of run-1 are not those that the run learned/;
    expect(() => findVersion(store.reader('run-1'), 'last', 'run-1')).toThrow(sentence);
    store.close();
    for (const command of [
      ['export', 'latest', join(folder, 'policy')],
      ['eval'],
      ['replay', 'latest/step/0000', '--policy', 'last'],
      ['train', '--from', 'latest', '--from-label', 'last', '--print-config'],
      ['store', 'export', 'latest', join(folder, 'copy.db')],
    ]) {
      const { text, code } = await call(...command, '--store', file);
      expect(text).toMatch(/not those that the run learned/);
      expect(code).toBe(2);
    }
  });

  it('with an event of 80 MB is refused, and not held in memory twice', async () => {
    const file = crafted('SELECT 1', false);
    const db = new Database(file);
    db.prepare(`UPDATE events SET data = json_object('a', ?) WHERE ${FIRST}`).run('x'.repeat(80_000_000));
    db.close();
    for (const command of [['show'], ['show', 'latest/session']]) {
      expect(await call(...command, '--store', file)).toMatchObject({
        code: 2,
        text: expect.stringMatching(/longer or nested deeper than anything that Troupe writes/),
      });
    }
  });

  it('that is a pipe or a device is refused at once', async () => {
    const pipe = join(folder, 'pipe.db');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    for (const file of [pipe, '/dev/zero', '/dev/null']) {
      for (const command of [['runs'], ['store', 'check'], ['train']]) {
        expect(await call(...command, '--store', file)).toMatchObject({
          code: 2,
          text: expect.stringMatching(/is no ordinary file/),
        });
      }
      expect(await call('store', 'import', file, '--store', join(folder, 'never.db'))).toMatchObject({
        code: 2,
      });
    }
  });
});
