import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { creditSettings } from '../../src/runtime/config.ts';
import { evaluate } from '../../src/runtime/evaluate.ts';
import { creditFromLog, recordedCredits, sameCredit } from '../../src/runtime/recorded-credit.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { findVersion } from '../../src/runtime/versions.ts';
import { summarise } from '../../src/views/run-summary.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { rehash } from '../store/rehash.ts';
import { forgeRun, otherData } from './forge.ts';
import { KIT, runOptions, scratch, smallConfig } from './small-run.ts';

const directory = scratch();
const hardware = { samplers: 2 };
let store: Store;
let hashes: { eventHash: string; weightsHash: string };

function hashesOf(of: Store) {
  const info = of.run('latest');
  const { eventHash, weightsHash } = summarise(info, of.reader(info.id), of.attempts(info.id));
  return { eventHash, weightsHash };
}

beforeAll(async () => {
  store = directory.open('whole.db');
  expect(await startRun(store, smallConfig(), runOptions()).finished).toBe('done');
  hashes = hashesOf(store);
});

afterAll(() => {
  store.close();
  directory.remove();
});

/** The finished run, forged. */
const forge = (
  name: string,
  which: (event: StoredEvent) => boolean,
  change: (data: JsonObject) => JsonObject,
): Store => forgeRun(directory, store, name, which, otherData(change));

describe('a run', () => {
  it('does all that a session does', () => {
    const view = sessionView(store.reader('latest'));
    expect(view).toMatchObject({ phase: 'done', step: 3 });
    expect(view.steps.map(({ role }) => role)).toEqual(['executor', 'designer', 'executor']);
    expect(Object.keys(view.before)).toEqual(['arithmetic', 'code']);
    const types = new Set([...store.reader('latest').events()].map(({ type }) => type));
    for (const type of ['compiled', 'rejected', 'tool.returned', 'checked', 'verified'])
      expect(types).toContain(type);
  });

  it('gives the same event hash and weights hash again, on another number of threads', async () => {
    const again = directory.open('again.db');
    await startRun(again, smallConfig(), runOptions(1)).finished;
    expect(hashesOf(again)).toEqual(hashes);
    again.close();
  });

  it('gives others for another seed', async () => {
    const other = directory.open('other.db');
    await startRun(other, smallConfig({ seed: 2, steps: 0 }), runOptions()).finished;
    expect(hashesOf(other).weightsHash).not.toBe(hashes.weightsHash);
    other.close();
  });

  it('has importance ratios of 1 before the first update of each step (law 5)', () => {
    const made = store
      .reader('latest')
      .read('session')
      .filter(({ type, data }) => type === 'learned' && data.updates !== 0);
    expect(made.length).toBeGreaterThan(0);
    for (const { data } of made) expect(data.ratioError).toBeLessThan(1e-4);
  });

  it('recomputes its credit from the log to the bit', () => {
    const reader = store.reader('latest');
    const credits = recordedCredits(reader);
    expect(credits).toHaveLength(3);
    for (const credit of credits) {
      expect(
        sameCredit(
          creditFromLog(reader, credit.step, credit.role, creditSettings(smallConfig(), credit.step)),
          credit,
        ),
      ).toBe(true);
    }
  });

  it('leaves the frozen role out of the batch and its moments alone (B-8)', () => {
    const reader = store.reader('latest');
    for (const { role, samples } of recordedCredits(reader)) {
      for (const { stream } of samples) expect(stream.includes('/agent/')).toBe(role === 'executor');
    }
  });

  it('trains a model for each role when asked to', async () => {
    const split = directory.open('split.db');
    await startRun(split, smallConfig({ policies: 'per-role', steps: 2 }), runOptions()).finished;
    const reader = split.reader('latest');
    const [executor, designer] = reader.read('session').filter(({ type }) => type === 'learned');
    // There is nothing to measure where the frozen role has weights of its own.
    expect(executor?.data).not.toHaveProperty('drift');
    expect(designer?.data).not.toHaveProperty('drift');
    const hash = (name: string) => reader.blobs().find((blob) => blob.name === name)?.hash;
    // Step 0 is the executor's: the designer's weights are still those of the cold start.
    expect(hash('weights/step/0000/designer')).toBe(hash('weights/cold-start/02/designer'));
    // Step 1 is the designer's, and the executor's stay as they were.
    expect(hash('weights/step/0001/designer')).not.toBe(hash('weights/step/0000/designer'));
    expect(hash('weights/step/0001/executor')).toBe(hash('weights/step/0000/executor'));
    split.close();
  });

  it('can be evaluated at any kept version, and with a fixed script', async () => {
    const reader = store.reader('latest');
    const { label } = findVersion(reader, 'last', 'run-1');
    const options = { kit: KIT, hardware, label, tasks: 3, script: 'run(agent("solve"))' };
    const tally = await evaluate(reader, smallConfig(), options);
    expect(tally.arithmetic).toMatchObject({ tasks: 3, valid: 3, shapes: { agent: 3 } });
    expect(await evaluate(reader, smallConfig(), options)).toEqual(tally);
    expect(() => findVersion(reader, 'step/99', 'run-1')).toThrow('keeps no policy version');
  });
});

describe('verify', () => {
  const verify = (of: Store) => verifyRun(of, 'latest', { kit: KIT, hardware });

  it('finds every event of an honest run identical', async () => {
    const result = await verify(store);
    expect(result).toMatchObject({ run: 'run-1', identical: true, divergence: null });
    expect(result.events).toBe(store.reader('latest').count());
    expect(result.calls).toBe(
      [...store.reader('latest').events()].filter(({ type }) => type === 'called').length,
    );
  });

  it('names an event of which one byte was altered', async () => {
    const forged = forge(
      'byte.db',
      () => true,
      (data) => data,
    );
    const { seq, stream } =
      [...forged.reader('latest').events()].find(({ type }) => type === 'verified') ?? {};
    forged.connection.db
      .prepare(
        `UPDATE events SET data = replace(data, '"score":', '"scorf":') WHERE position & 4294967295 = ?`,
      )
      .run(seq);
    expect(await verify(forged)).toMatchObject({
      identical: false,
      divergence: { seq, stream, foundBy: 'hashes' },
    });
    forged.close();
  });

  it.each([
    [
      'a verdict',
      (event: StoredEvent) => event.type === 'verified',
      (data: JsonObject) => ({ ...data, score: 0.5 }),
      'score',
    ],
    [
      'a sampled text',
      (event: StoredEvent) => event.type === 'called',
      (data: JsonObject) => ({ ...data, text: 'run()' }),
      'text',
    ],
    [
      'a loss',
      (event: StoredEvent) => event.type === 'learned',
      (data: JsonObject) => ({ ...data, loss: 7 }),
      'loss',
    ],
    [
      'an input',
      (event: StoredEvent) => event.type === 'started' && event.stream.includes('/agent/'),
      (data: JsonObject) => ({ ...data, task: '1+1' }),
      'task',
    ],
  ])('finds %s that was altered with all hashes made to fit', async (_, which, change, field) => {
    const forged = forge(`forged-${field}.db`, which, change);
    const { seq, stream } = [...store.reader('latest').events()].find(which) ?? {};
    expect(await verify(forged)).toMatchObject({
      identical: false,
      divergence: { seq, stream, field, foundBy: 'execution' },
    });
    forged.close();
  });

  it.each([
    [
      'a stored text that says the same in other bytes',
      `UPDATE events SET data = replace(data, '"score":', '"score": ') WHERE type = 'verified'`,
      'not what an append would have stored',
    ],
    [
      'a row at a place that no scan of the run meets',
      `INSERT INTO events SELECT (position & ~4294967295), stream, 9999, type, data, time, attempt, head, chain, bytes
       FROM events WHERE type = 'learned' LIMIT 1`,
      'outside of its run',
    ],
    [
      'a stream without events',
      `INSERT INTO streams (run, name, scope) VALUES (1, 'step/9999', 'step/9999')`,
      'holds no events',
    ],
  ])('finds %s', async (_, sql, problem) => {
    const forged = forge(
      `sql-${problem.length}.db`,
      () => true,
      (data) => data,
    );
    forged.connection.db.prepare(sql).run();
    if (sql.startsWith('UPDATE')) {
      rehash(forged);
    }
    const result = await verify(forged);
    expect(result.identical).toBe(false);
    expect(result.divergence?.recorded).toContain(problem);
    forged.close();
  });

  it('finds weights that were exchanged under a hash of their own', async () => {
    const forged = forge(
      'weights.db',
      () => true,
      (data) => data,
    );
    const log = forged.openLog('latest');
    const [name = ''] = log.blobs().flatMap((blob) => (blob.kind === 'weights' ? [blob.name] : []));
    log.append([], { put: [{ name, kind: 'weights', bytes: new Uint8Array(64) }] });
    log.close();
    expect(await verify(forged)).toMatchObject({
      identical: false,
      divergence: { stream: '(blob)', field: name },
    });
    forged.close();
  });

  it('finds a stream that was cut out, whatever the status says', async () => {
    const cut = directory.open('cut.db');
    const { id } = cut.createRun({ config: store.run('latest').config, codeVersion: 'test' });
    const log = cut.openLog(id);
    const gone =
      store
        .reader('latest')
        .streams('eval/after')
        .find((name) => name.endsWith('design/0')) ?? '';
    for (const { stream, version, type, data, bytes } of store.reader('latest').events()) {
      if (stream !== gone) log.append([{ stream, expectedVersion: version, type, data, bytes }]);
    }
    log.close();
    const result = await verify(cut);
    expect(result).toMatchObject({ identical: false });
    cut.close();
  });

  it('verifies an interrupted run as far as it goes', async () => {
    const half = directory.open('half.db');
    const run = startRun(half, smallConfig(), {
      ...runOptions(),
      onEvents: (events) => {
        if (events.some(({ stream }) => stream.startsWith('step/0001/task/002'))) run.stop();
      },
    });
    expect(await run.finished).toBe('stopped');
    const result = await verify(half);
    expect(result).toMatchObject({ identical: true, events: half.reader('latest').count() });
    half.close();
  });
});

describe('kill -9', () => {
  const child = fileURLToPath(new URL('./small-run.child.ts', import.meta.url));

  /** Runs the child until it has printed `type` for the `count`th time, then kills it; true if it was killed. */
  function runUntil(file: string, type: string, count: number): Promise<boolean> {
    const started = spawn(process.execPath, ['--import', 'tsx', child, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = 0;
    started.stdout.on('data', (chunk: Buffer) => {
      seen += chunk
        .toString()
        .split('\n')
        .filter((line) => line === type).length;
      if (seen >= count) started.kill('SIGKILL');
    });
    return new Promise((resolve) => started.on('exit', (_, signal) => resolve(signal === 'SIGKILL')));
  }

  it('at any stage, then resume: the same hashes as the undisturbed run', async () => {
    const file = directory.file('killed.db');
    expect(await runUntil(file, 'imitated', 2)).toBe(true);
    expect(await runUntil(file, 'called', 30)).toBe(true);
    expect(await runUntil(file, 'learned', 1)).toBe(true);
    expect(await runUntil(file, 'verified', 10)).toBe(true);
    const resumed = directory.open('killed.db', 'write');
    const calls = resumed.reader('latest').count();
    const run = resumeRun(resumed, 'latest', runOptions());
    expect(await run.finished).toBe('done');
    expect(resumed.reader('latest').count()).toBeGreaterThan(calls);
    expect(hashesOf(resumed)).toEqual(hashes);
    expect(resumed.attempts('latest')).toHaveLength(5);
    expect(() => resumeRun(resumed, 'latest', runOptions())).toThrow('is over');
    resumed.close();
  });
});
