import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retryNode } from '../../examples/retry.node.ts';
import { defaultLibrary, NodeLibrary } from '../../src/designs/library.ts';
import type { Kit } from '../../src/runtime/kit.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { type VerifyOptions, verifyRun } from '../../src/runtime/verify.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { forgeRun, otherData } from './forge.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// What a verification says of the first difference: real runs, with a node of the user's own.

const OWN: Kit = {
  ...KIT,
  library: new NodeLibrary([...defaultLibrary().kinds, retryNode]),
  scripts: ['run(agent("solve", "js"))', 'run(retry(agent("solve"), 2))'],
};
const directory = scratch();
let store: Store;

beforeAll(async () => {
  store = directory.open('whole.db');
  await startRun(store, tinyConfig({ steps: 1 }), { ...runOptions(), kit: OWN }).finished;
});
afterAll(() => {
  store.close();
  directory.remove();
});

const verify = (of: Store, options: Partial<VerifyOptions> = {}) =>
  verifyRun(of, 'latest', { kit: OWN, hardware: { samplers: 2 }, codeVersion: 'test', ...options });
const unchanged = (name: string) =>
  forgeRun(
    directory,
    store,
    name,
    () => true,
    otherData((data) => data),
  );
const learned = ({ type }: StoredEvent) => type === 'learned';

describe('the first divergence', () => {
  it('has no cause where there is none; code versions are told apart even so', async () => {
    const reader = store.reader('latest');
    expect([...reader.events()].some(({ data }) => JSON.stringify(data).includes('"retry"'))).toBe(true);
    expect(await verify(store)).toMatchObject({
      identical: true,
      divergence: null,
      code: { recorded: 'test', now: 'test' },
    });
    expect(await verify(store, { codeVersion: 'newer', from: 100, to: 100 })).toMatchObject({
      identical: true,
      code: { recorded: 'test', now: 'newer' },
    });
  });

  it('is put down to the code of the attempt that recorded the event', async () => {
    const twice = directory.open('twice.db');
    const options = { ...runOptions(), kit: OWN };
    const run = startRun(twice, tinyConfig({ steps: 1 }), {
      ...{ ...options, codeVersion: 'older' },
      onEvents: (events) => {
        if (events.some(({ type }) => type === 'learned')) run.stop();
      },
    });
    await run.finished;
    await resumeRun(twice, 'latest', options).finished;
    const events = [...twice.reader('latest').events()];
    const later = events.find(({ stream }) => stream.startsWith('eval/after/'));
    expect(later).toMatchObject({ attempt: 2 });
    // Scored tokens are never the same to so many places: each time the first call of the range differs.
    const tolerance = 1e-12;
    for (const [from, recorded, cause] of [
      [events.find(({ stream }) => stream.startsWith('eval/before/'))?.seq, 'older', 'code changed'],
      [later?.seq, 'test', 'arithmetic differs'],
    ] as const) {
      expect(await verify(twice, { from, tolerance })).toMatchObject({
        code: { recorded, now: 'test' },
        divergence: { field: 'logProbs', cause },
      });
    }
    twice.close();
  });

  it('is put down to the code where its version differs', async () => {
    const forged = forgeRun(
      directory,
      store,
      'code.db',
      learned,
      otherData((data) => ({ ...data, loss: 7 })),
    );
    const expected = { field: 'loss', recorded: '7', foundBy: 'execution' };
    const from = [...forged.reader('latest').events()].find(learned)?.seq;
    expect((await verify(forged, { from, codeVersion: 'newer' })).divergence).toMatchObject({
      ...expected,
      cause: 'code changed',
    });
    expect((await verify(forged, { from })).divergence).toMatchObject({ ...expected, cause: 'unknown' });
    forged.close();
  });

  const verdict = ({ type }: StoredEvent) => type === 'verified';
  it.each<[string, string, object]>([
    [
      'altered',
      `UPDATE events SET data = replace(data, '"score":', '"score":7') WHERE position = ?`,
      {
        type: 'verified',
        field: 'score',
        recorded: expect.stringMatching(/^7/),
        executed: expect.stringMatching(/^[01]/),
      },
    ],
    [
      'deleted',
      'DELETE FROM events WHERE position = ?',
      {
        type: 'verified',
        field: '(event)',
        recorded: '(no such event)',
        executed: expect.stringMatching(/"score":/),
      },
    ],
    [
      'given another time',
      'UPDATE events SET time = time + 1 WHERE position = ?',
      { field: '(stored row)', executed: '(comes out as the event says)' },
    ],
    [
      'made unreadable',
      `UPDATE events SET data = '{' WHERE position = ?`,
      { field: '(stored row)', executed: expect.stringMatching(/not executed/) },
    ],
  ])(
    'is put down to the log where a row was %s, and says what it should hold',
    async (what, sql, expected) => {
      const forged = unchanged(`${what}.db`);
      const altered = [...store.reader('latest').events()].find(verdict);
      if (altered === undefined) throw new Error('the run has no verdict');
      const { seq, stream, version } = altered;
      forged.connection.db.prepare(sql).run(2 ** 32 + seq);
      expect((await verify(forged)).divergence).toMatchObject({
        ...{ stream, version, seq, foundBy: 'hashes', cause: 'log altered' },
        ...expected,
      });
      forged.close();
    },
  );

  it('is put down to weights that are damaged, or those of something else', async () => {
    const damaged = unchanged('damaged.db');
    const weights = damaged
      .reader('latest')
      .blobs()
      .filter(({ kind }) => kind === 'weights');
    damaged.connection.db
      .prepare('UPDATE blobs SET bytes = zeroblob(length(bytes)) WHERE hash = ?')
      .run(weights[0]?.hash);
    expect((await verify(damaged)).divergence).toMatchObject({ foundBy: 'hashes', cause: 'weights missing' });
    damaged.close();

    const exchanged = unchanged('exchanged.db');
    const log = exchanged.openLog('latest');
    log.append([], {
      put: [{ name: weights[0]?.name ?? '', kind: 'weights', bytes: new Uint8Array(64) }],
    });
    log.close();
    expect((await verify(exchanged)).divergence).toMatchObject({
      stream: '(blob)',
      foundBy: 'execution',
      cause: 'weights missing',
    });
    exchanged.close();
  });

  it('is put down to the kit where it lacks a family or a node, or shows other scripts', async () => {
    const noFamily = { ...OWN, families: OWN.families.slice(0, 1) };
    const noNode = { ...OWN, library: defaultLibrary() };
    for (const kit of [noFamily, noNode]) {
      for (const codeVersion of ['test', 'newer']) {
        expect((await verify(store, { kit, codeVersion, from: 100 })).divergence).toMatchObject({
          cause: 'kit changed',
        });
      }
    }
    // With nothing executed but training, the missing node stops the execution of a recorded design.
    const { divergence } = await verify(store, { kit: noNode, from: store.reader('latest').count() });
    expect(divergence).toMatchObject({ cause: 'kit changed' });
    const { divergence: otherScripts } = await verify(store, { kit: { ...OWN, scripts: KIT.scripts } });
    expect(otherScripts).toMatchObject({ stream: 'session', field: 'tokenizer', cause: 'kit changed' });
  });
});
