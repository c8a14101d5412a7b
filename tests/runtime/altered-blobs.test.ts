import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.ts';
import { blobProblems } from '../../src/runtime/blob-check.ts';
import { parseChange } from '../../src/runtime/fork/change.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { playAgain } from '../../src/runtime/fork/play-again.ts';
import { readConfig, resumeRun, startRun } from '../../src/runtime/run.ts';
import { exportRun } from '../../store/export-run.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { rehash } from '../store/rehash.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// Blobs under other names than the run's events say, with every hash of the file in order.

const directory = scratch();
let store: Store;
let file: string;

beforeAll(async () => {
  store = directory.open('stopped.db');
  const run = startRun(store, tinyConfig({ policies: 'per-role' }), {
    ...runOptions(1),
    onEvents: (events) => {
      if (events.some(({ type }) => type === 'learned')) run.stop();
    },
  });
  await run.finished;
  file = directory.file('exported.db');
  exportRun(store, 'latest', file);
});
afterAll(() => {
  store.close();
  directory.remove();
});

/** The run in a store of its own. */
function copy(name: string): Store {
  const target = directory.open(name);
  const source = openImport(file, () => 0, undefined, blobProblems);
  importRuns(source, target);
  source.close();
  return target;
}

const check = (of: Store) => checkStore(of, undefined, blobProblems);

it('a whole run has nothing to say against its blobs', () => {
  expect(check(store)).toMatchObject({ ok: true, problems: [] });
});

it.each([
  [
    'tasks that are something else',
    `UPDATE blob_refs SET hash = (SELECT hash FROM blob_refs WHERE name = 'tokenizer') WHERE name = 'tasks'`,
    'the blob tasks is not the one that the run began with',
  ],
  [
    'weights that are something else',
    `UPDATE blob_refs SET hash = (SELECT hash FROM blob_refs WHERE name = 'tokenizer')
     WHERE name = 'weights/step/0000/executor'`,
    'the weights of step/0000 are not those that the run learned',
  ],
  [
    'no weights to go on from',
    `DELETE FROM blob_refs WHERE name GLOB 'weights/step/0000/*'`,
    'the weights of step/0000, the last ones, are missing',
  ],
  [
    'moments that are something else',
    `UPDATE blob_refs SET hash = (SELECT hash FROM blob_refs WHERE name = 'tokenizer')
     WHERE name = 'moments/executor'`,
    'the moments of the optimiser (executor) are not those that the run learned',
  ],
  [
    'no moments to go on with',
    `DELETE FROM blob_refs WHERE name = 'moments/executor'`,
    'the moments of the optimiser (executor), the last ones, are missing',
  ],
])('finds %s', (name, sql, problem) => {
  const altered = copy(`${name}.db`);
  altered.connection.db.exec(sql);
  altered.connection.db.exec(
    'DELETE FROM blobs WHERE NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash)',
  );
  expect(checkStore(altered).ok).toBe(true);
  expect(check(altered)).toMatchObject({ ok: false, problems: [{ run: 'run-1', problem }] });
  altered.close();
});

it('does not go on from weights that were not learned', async () => {
  const altered = copy('halved.db');
  const log = altered.openLog('latest');
  const name = 'weights/step/0000/executor';
  const weights = Float32Array.from(
    new Float32Array(Uint8Array.from(log.blob(name) ?? []).buffer),
    (w) => w / 2,
  );
  const bytes = new Uint8Array(weights.buffer);
  log.append([], { put: [{ name, kind: 'weights', bytes }] });
  log.close();
  expect(altered.blob(sha256(bytes))).toBeDefined();
  await expect(resumeRun(altered, 'latest', runOptions(1)).finished).rejects.toThrow(
    /weights of step\/0000 in the store are not those/,
  );
  altered.close();
});

it.each([
  ['missing', true, `DELETE FROM blob_refs WHERE name = 'moments/executor'`, /moments .* are missing/],
  [
    'others',
    true,
    `UPDATE blob_refs SET hash = (SELECT hash FROM blob_refs WHERE name = 'tokenizer') WHERE name = 'moments/executor'`,
    /moments .* are not those/,
  ],
  [
    'missing in a run whose events name none',
    false,
    `DELETE FROM blob_refs WHERE name = 'moments/executor'`,
    /moments .* are missing/,
  ],
] as const)('does not go on where the last moments are %s', async (name, named, sql, sentence) => {
  const altered = copy(`moments ${name}.db`);
  if (!named) {
    altered.connection.db.exec(
      `UPDATE events SET data = json_remove(data, '$.moments') WHERE type IN ('imitated', 'learned')`,
    );
    rehash(altered);
    expect(check(altered)).toMatchObject({ ok: true });
  }
  altered.connection.db.exec(sql);
  await expect(resumeRun(altered, 'latest', runOptions(1)).finished).rejects.toThrow(sentence);
  altered.close();
});

it('names the moments of each update by their hash', () => {
  const reader = store.reader('latest');
  const last = reader.read('session').findLast(({ type }) => type === 'learned');
  const stored = reader.blobs().find(({ name }) => name === 'moments/executor');
  expect(last?.data.moments).toBe(stored?.hash);
});

it('imports a run beside one that is here and damaged', () => {
  const target = copy('damaged.db');
  target.connection.db.exec(`UPDATE events SET type = 'other' WHERE type = 'picked'`);
  const source = openImport(file, () => 0);
  expect(importRuns(source, target)).toMatchObject([{ run: 'run-2', added: true }]);
  expect(importRuns(source, target)).toMatchObject([{ run: 'run-2', added: false }]);
  source.close();
  target.close();
});

it('lets a fork not set what training came to', async () => {
  const learned = store
    .reader('latest')
    .read('session')
    .find(({ type }) => type === 'learned');
  const options = { kit: KIT, codeVersion: 'test', changes: [parseChange('loss=5')], policies: {} };
  await expect(forkRun(store, 'latest', { ...options, at: String(learned?.seq) })).rejects.toThrow(
    /fork at an event after it/,
  );
  expect(store.runs()).toHaveLength(1);
});

it('leaves no run behind where a fork found the disk full', async () => {
  const full = copy('full.db');
  const { db } = full.connection;
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 8}`);
  const at =
    full
      .reader('latest')
      .read('session')
      .find(({ type }) => type === 'learned')?.seq ?? 0;
  const options = { kit: KIT, codeVersion: 'test', changes: [], policies: {}, fresh: 'other' };
  await expect(forkRun(full, 'latest', { ...options, at: String(at) })).rejects.toThrow(
    /no room on the disk/,
  );
  expect(full.names()).toEqual(['run-1']);
  full.close();
});

it('plays no two scopes again under the weights of one', async () => {
  const reader = store.reader('latest');
  const options = { kit: KIT, hardware: { samplers: 1 }, policies: { designer: 'cold-start' } };
  const config = readConfig(store, 'run-1');
  const played = [...new Set(reader.streams().map((stream) => stream.split('/')[0]))];
  expect(played).toEqual(expect.arrayContaining(['eval', 'step']));
  await expect(playAgain(reader, config, 'run-1', '', options)).rejects.toThrow(/name one of them/);
});
