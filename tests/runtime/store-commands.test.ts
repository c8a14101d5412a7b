import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseChange } from '../../src/runtime/fork/change.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { findVersion, supersededWeights } from '../../src/runtime/versions.ts';
import { compact } from '../../store/compaction.ts';
import type { EventReader } from '../../store/event-log.ts';
import { exportRun } from '../../store/export-run.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { KIT, runOptions, scratch, smallConfig } from './small-run.ts';

// Compaction, export and import of real runs of seconds, of which run-1 is over and run-2 was stopped after three of its four steps.

const directory = scratch();
const hardware = { samplers: 2 };
const fork = { kit: KIT, codeVersion: 'test', changes: [], policies: {} };
let store: Store;
let before: string[];

const weights = (reader: EventReader) =>
  reader.blobs().flatMap(({ kind, name }) => (kind === 'weights' ? [name] : []));

beforeAll(async () => {
  store = directory.open('whole.db');
  // The designer learns first: the executor's steps teach this small run nothing, and leave its weights as they are.
  const config = smallConfig({ steps: 4, stage: { schedule: 'stagewise', steps: 1, first: 'designer' } });
  await startRun(store, config, runOptions()).finished;
  const stopped = startRun(store, config, {
    ...runOptions(),
    onEvents: (events) => {
      if (events.some(({ data }) => data.label === 'step/0002')) stopped.stop();
    },
  });
  expect(await stopped.finished).toBe('stopped');
  before = weights(store.reader('run-1'));
  compact(store, { superseded: supersededWeights });
}, 60_000);

afterAll(() => {
  store.close();
  directory.remove();
});

describe('a compacted run', () => {
  it('keeps the weights of its cold start and its last', () => {
    expect(before).toEqual([
      'weights/cold-start/02/shared',
      ...[0, 1, 2, 3].map((step) => `weights/step/000${step}/shared`),
    ]);
    const [coldStart = '', , , third = '', fourth = ''] = before;
    // The fourth step has the weights of the third.
    expect(weights(store.reader('run-1'))).toEqual([coldStart, third, fourth]);
    expect(weights(store.reader('run-2'))).toEqual([coldStart, third]);
    expect(checkStore(store)).toMatchObject({ ok: true, runs: 2 });
  });

  it('says which versions were removed, by whatever name they are asked for', () => {
    const reader = store.reader('run-1');
    const removed =
      /weights of step\/[01] \(\w{8}\) of run-1 were removed by "troupe store compact"; it still has cold-start\/2 \(\w{8}\), step\/2 \(\w{8}\), step\/3/;
    expect(() => findVersion(reader, 'step/1', 'run-1')).toThrow(removed);
    const version = reader.read('session').find(({ data }) => data.label === 'step/0001')?.data.version;
    expect(() => findVersion(reader, String(version), 'run-1')).toThrow(removed);
    expect(findVersion(reader, 'last', 'run-1').label).toBe('step/0003');
    expect(() => findVersion(reader, 'step/7', 'run-1')).toThrow(/keeps no policy version "step\/7"/);
  });

  it('is resumed to the same end as if nothing had been removed', async () => {
    expect(await resumeRun(store, 'run-2', runOptions()).finished).toBe('done');
    expect(store.reader('run-2').eventHash()).toBe(store.reader('run-1').eventHash());
    expect(weights(store.reader('run-2'))).toEqual(weights(store.reader('run-1')));
  }, 30_000);

  it('is forked at its end and in its middle', async () => {
    const calls = [...store.reader('run-1').events()].filter(({ type }) => type === 'called');
    const middle = calls.find(({ stream }) => stream.startsWith('step/0002/') && stream.includes('/agent/'));
    for (const event of [calls.at(-1), middle]) {
      const changes = [parseChange('text=7')];
      const { run } = await forkRun(store, 'run-1', { ...fork, at: String(event?.seq), changes });
      expect(store.reader(run).count()).toBe(event?.seq);
    }
    expect(checkStore(store).ok).toBe(true);
  }, 30_000);

  it('is exported, imported and verified elsewhere, a fork without its parent', async () => {
    const there = directory.open('there.db');
    for (const run of ['run-3', 'run-1']) {
      const file = directory.file(`${run}.db`);
      const { eventHash } = exportRun(store, run, file);
      const source = openImport(file, Date.now);
      expect(importRuns(source, there)).toMatchObject([{ from: run, eventHash, added: true }]);
      source.close();
    }
    expect(await resumeRun(there, 'run-1', runOptions()).finished).toBe('done');
    expect(await verifyRun(there, 'run-2', { kit: KIT, hardware })).toMatchObject({ identical: true });
    expect(checkStore(there).ok).toBe(true);
    there.close();
  }, 60_000);
});
