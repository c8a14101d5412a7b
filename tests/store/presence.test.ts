import { copyFileSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { runOptions, tinyConfig } from '../runtime/small-run.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

const EVENTS = 40;

/** A store with a run of a few events that is being written, and a blob that is larger than a page. */
function beingWritten() {
  const directory = scratchDirectory();
  const file = join(directory, 'a.db');
  const store = openStore(file);
  const { id } = store.createRun(RUN);
  const log = store.openLog(id);
  const put = [{ name: 'weights', kind: 'weights', bytes: new Uint8Array(50_000).fill(7) }];
  for (let version = 0; version < EVENTS; version++) log.append([event('a', version)], { put });
  return { directory, file, store, log, id };
}

const BLOWS: readonly [what: string, strike: (file: string) => void, sentence: RegExp][] = [
  ['deleted', (file) => rmSync(file), /was deleted or moved/],
  ['moved', (file) => renameSync(file, `${file}.elsewhere`), /was deleted or moved/],
  [
    'replaced',
    (file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
    /was replaced by another file/,
  ],
  ['robbed of its log', (file) => rmSync(`${file}-wal`), /lost its write-ahead log/],
];

describe('a store in use', () => {
  it.each(BLOWS)('that is %s is saved under another name, with a sentence', (_, strike, sentence) => {
    const { file, store, log, id } = beingWritten();
    store.confirm();
    strike(file);
    // Appends without blobs are not looked at, and go to what is open.
    log.append([event('a', EVENTS)]);
    expect(() => store.confirm()).toThrow(sentence);
    expect(() => store.confirm()).toThrow(`${file}.rescued;`);
    expect(existsSync(`${file}.rescued-2`)).toBe(false);
    expect(() => log.append([], { put: [{ name: 'b', kind: 'b', bytes: new Uint8Array(1) }] })).toThrow(
      sentence,
    );
    log.close();
    const rescued = openStore(`${file}.rescued`, 'read');
    expect(rescued.reader(id).count()).toBe(EVENTS + 1);
    expect(rescued.reader(id).eventHash()).toBe(log.eventHash());
    expect(checkStore(rescued)).toMatchObject({ ok: true });
  });

  it.each([0, 5000])('that is cut to %i bytes is never said to be whole', (size) => {
    const { file, store, log } = beingWritten();
    store.connection.db.pragma('wal_checkpoint(PASSIVE)');
    store.confirm();
    truncateSync(file, size);
    expect(() => store.confirm()).toThrow(/was cut or overwritten while it was in use; what was open/);
    log.close();
  });

  it('is itself after a compaction, and while another process appends to it', () => {
    const { file, store, log } = beingWritten();
    log.close();
    const other = openStore(file, 'write');
    other.connection.db.exec('DELETE FROM snapshots; DELETE FROM blob_refs; DELETE FROM blobs; VACUUM');
    other.connection.db.pragma('wal_checkpoint(TRUNCATE)');
    expect(() => store.confirm()).not.toThrow();
    const { id } = other.createRun(RUN);
    other.openLog(id).append([event('a', 0)]);
    expect(() => store.confirm()).not.toThrow();
  });

  it('ends a run with that sentence, and not as done', async () => {
    const file = join(scratchDirectory(), 'a.db');
    const store = Store.open(file, { mode: 'create', clock: Date.now });
    const base = tinyConfig({ steps: 0 });
    const config = { ...base, imitation: { ...base.imitation, chunks: 1, stepsPerChunk: 1 } };
    const run = startRun(store, config, {
      ...runOptions(),
      onEvents: (events) => {
        if (events.some(({ type }) => type === 'started')) rmSync(file, { force: true });
      },
    });
    await expect(run.finished).rejects.toMatchObject({ code: 'store-lost' });
    store.close();
    const rescued = openStore(`${file}.rescued`, 'read');
    expect(rescued.run('latest').status).not.toBe('done');
    expect(checkStore(rescued)).toMatchObject({ ok: true });
  });
});
