import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { blobProblems } from '../../src/runtime/blob-check.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { readConfig, resumeRun, startRun } from '../../src/runtime/run.ts';
import { startFrom } from '../../src/runtime/start.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { exportRun } from '../../store/export-run.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import { Store } from '../../store/store.ts';
import { coldStart } from '../../tools/ablation/play/cold-start.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// Runs that begin with the cold start of another one: run-1 is the cold start, and left after it.

const CHILD = fileURLToPath(new URL('./started-run.child.ts', import.meta.url));
const directory = scratch();
const hardware = { samplers: 2 };
let store: Store;

beforeAll(async () => {
  store = directory.open('base.db');
  const started = await coldStart(store, tinyConfig(), runOptions());
  expect(started).toMatchObject({ run: 'run-1', version: { label: 'cold-start/01' } });
  expect(await coldStart(store, tinyConfig(), runOptions())).toEqual(started);
  store.close();
  copyFileSync(directory.file('base.db'), directory.file('arms.db'));
  store = directory.open('arms.db');
  await begin(store, { steps: 2 });
}, 60_000);
afterAll(() => {
  store.close();
  directory.remove();
});

const origin = (from: Store) => ({
  run: 'run-1',
  reader: from.reader('run-1'),
  config: readConfig(from, 'run-1'),
});

/** Runs an arm to its end, in the store of its cold start or in another one. */
async function begin(to: Store, changes: Partial<RunConfig>, from = to): Promise<string> {
  const { config, material } = startFrom(origin(from), { ...readConfig(from, 'run-1'), ...changes });
  const run = startRun(to, config, runOptions(), material);
  expect(await run.finished).toBe('done');
  return run.id;
}

const hash = (of: Store, run: string, name: string) =>
  of
    .reader(run)
    .blobs()
    .find((blob) => blob.name === name)?.hash;

describe('a run that begins with another one’s cold start', () => {
  it('has its weights, tasks and tokenizer as blobs that its first event names', () => {
    const first = store.reader('run-2').eventAt(1);
    const given = {
      tasks: 'tasks',
      tokenizer: 'tokenizer',
      'weights/start/shared': 'weights/cold-start/01/shared',
    };
    for (const [name, source] of Object.entries(given)) {
      expect(first?.data[name]).toBe(hash(store, 'run-1', source));
      expect(hash(store, 'run-2', name)).toBe(first?.data[name]);
    }
    const imitated = store
      .reader('run-2')
      .read('session')
      .filter(({ type }) => type === 'imitated');
    expect(imitated.map(({ data }) => data.steps)).toEqual([0]);
    expect(blobProblems(store.reader('run-2'))).toEqual([]);
  });

  it('verifies to the byte, and does not when its first weights are others', async () => {
    const options = { kit: KIT, hardware, codeVersion: 'test' };
    expect(await verifyRun(store, 'run-2', options)).toMatchObject({ identical: true, mode: 'exact' });
    const log = store.openLog('run-2', 'forger');
    const bytes = store.reader('run-2').blob('weights/start/shared') ?? new Uint8Array();
    const other = bytes.map((byte, index) => (index === 5 ? byte ^ 1 : byte));
    log.append([], { put: [{ name: 'weights/start/shared', kind: 'weights', bytes: other }] });
    expect(blobProblems(store.reader('run-2'))).toEqual([
      'the blob weights/start/shared is not the one that the run began with',
    ]);
    expect(await verifyRun(store, 'run-2', options)).toMatchObject({ identical: false });
    log.append([], { put: [{ name: 'weights/start/shared', kind: 'weights', bytes }] });
    log.close();
  }, 60_000);

  it('comes to the same end in a store of its own, with a policy per role, or from an exported base', async () => {
    const end = store.reader('run-2').eventHash();
    const own = directory.open('own.db');
    await begin(own, { steps: 2 }, store);
    expect(own.reader('run-1').eventHash()).toBe(end);
    const perRole = await begin(own, { steps: 1, policies: 'per-role', seed: 9 }, store);
    expect(hash(own, perRole, 'weights/start/executor')).toBe(
      hash(store, 'run-1', 'weights/cold-start/01/shared'),
    );
    expect(await verifyRun(own, perRole, { kit: KIT, hardware })).toMatchObject({ identical: true });
    own.close();
  }, 60_000);

  it('is forked, exported and imported like any other', async () => {
    const picked = store
      .reader('run-2')
      .read('session')
      .findLast(({ type }) => type === 'learned');
    const forked = await forkRun(store, 'run-2', {
      kit: KIT,
      codeVersion: 'test',
      changes: [],
      policies: {},
      at: String(picked?.seq),
      fresh: 'again',
    });
    expect(await resumeRun(store, forked.run, runOptions()).finished).toBe('done');
    expect(await verifyRun(store, forked.run, { kit: KIT, hardware })).toMatchObject({ identical: true });
    exportRun(store, 'run-2', directory.file('exported.db'));
    const target = directory.open('target.db');
    const source = openImport(directory.file('exported.db'), Date.now);
    importRuns(source, target);
    source.close();
    expect(target.reader('run-1').eventHash()).toBe(store.reader('run-2').eventHash());
    expect(await verifyRun(target, 'run-1', { kit: KIT, hardware })).toMatchObject({ identical: true });
    target.close();
  }, 60_000);

  it('goes on after kill -9 and comes to the same end', async () => {
    const file = directory.file('killed.db');
    copyFileSync(directory.file('base.db'), file);
    for (const type of ['imitated', 'credited']) {
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === type) child.kill('SIGKILL');
      });
      await once(child, 'close');
      expect(child.signalCode).toBe('SIGKILL');
    }
    const killed = Store.open(file, { mode: 'write', clock: Date.now });
    expect(await resumeRun(killed, 'run-2', runOptions()).finished).toBe('done');
    expect(killed.reader('run-2').eventHash()).toBe(store.reader('run-2').eventHash());
    killed.close();
  }, 60_000);

  it('says what does not fit', () => {
    const base = readConfig(store, 'run-1');
    const wide: RunConfig = { ...base, model: { ...base.model, dim: 32 } };
    expect(() => startFrom(origin(store), wide)).toThrow(/models of run-1 are of another size/);
    expect(() => startFrom(origin(store), base, 'step/7')).toThrow(UserError);
    expect(() => startFrom(origin(store), { ...base, families: ['memo'] })).toThrow(
      /takes over the tasks of run-1, of the families arithmetic.*leave its families as they are/,
    );
    const half: RunConfig = { ...base, imitation: { ...base.imitation, chunks: 9 } };
    expect(() => startFrom({ ...origin(store), config: half }, base)).toThrow(
      /cold start of run-1 is not over/,
    );
  });
});
