import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { type VerifyOptions, verifyRun } from '../../src/runtime/verify.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { forgeRun, otherCall, otherData } from './forge.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// Other arithmetic on the same machine: ONNX Runtime splits its sums among two threads.

const directory = scratch();
let store: Store;

beforeAll(async () => {
  store = directory.open('whole.db');
  await startRun(store, tinyConfig(), runOptions()).finished;
});
afterAll(() => {
  store.close();
  directory.remove();
});

const verify = (of: Store, options: Partial<VerifyOptions> = {}) =>
  verifyRun(of, 'latest', { kit: KIT, hardware: { samplers: 2 }, codeVersion: 'test', ...options });
const others = { hardware: { samplers: 2, threads: 2 } };
const tolerance = 1e-3;

describe('verify --tolerance', () => {
  it('holds under other arithmetic, where exact verification says what differs', async () => {
    const exact = await verify(store, others);
    expect(exact.mode).toBe('exact');
    // Another number of threads need not round differently; where it does, the cause is named.
    if (!exact.identical) expect(exact.divergence).toMatchObject({ cause: 'arithmetic differs' });
    const tolerant = await verify(store, { ...others, tolerance });
    expect(tolerant).toMatchObject({ mode: 'tolerance', identical: true, divergence: null });
    expect(tolerant.limits).toEqual({ logProb: tolerance, trainedLogProb: 1, figure: 0.5 });
    const { logProb = 1, trainedLogProb = 1, figure = 1, weight = 1 } = tolerant.differences ?? {};
    expect(logProb).toBeGreaterThan(0);
    expect(logProb).toBeLessThan(1e-4);
    expect(trainedLogProb).toBeLessThan(0.1);
    expect(figure).toBeLessThan(0.1);
    expect(weight).toBeLessThan(1e-3);
    if (!exact.identical) expect(weight).toBeGreaterThan(0);
    const calls = [...store.reader('latest').events()].filter(({ type }) => type === 'called');
    expect(tolerant.calls).toBe(calls.length);
  }, 60_000);

  it('trains to the same bits where arithmetic is the same', async () => {
    const { identical, differences } = await verify(store, { tolerance });
    expect(identical).toBe(true);
    expect(differences).toMatchObject({ figure: 0, weight: 0 });
  });

  it('has its limit: what another arithmetic makes of log-probabilities is more than nothing', async () => {
    const { identical, divergence } = await verify(store, { tolerance: 1e-9 });
    expect(identical).toBe(false);
    expect(divergence).toMatchObject({ type: 'called', field: 'logProbs', cause: 'arithmetic differs' });
  });

  const call = (event: StoredEvent) => event.type === 'called' && event.stream.startsWith('step/');
  const evaluated = (event: StoredEvent) => event.type === 'called' && event.stream.startsWith('eval/');
  const learned = ({ type, data }: StoredEvent) => type === 'learned' && data.updates !== 0;
  /** One log-probability, moved by so many nats. */
  const moved = (by: number) =>
    otherCall((completion) => ({
      ...completion,
      logProbs: completion.logProbs.map((value, index) => (index === 1 ? value + by : value)),
    }));
  const cut = otherCall(({ tokens, logProbs, ...rest }) => ({
    ...rest,
    finish: 'stop',
    tokens: tokens.slice(0, -1),
    logProbs: logProbs.slice(0, -1),
  }));
  type Alteration = [
    string,
    string,
    (event: StoredEvent) => boolean,
    ReturnType<typeof otherData>,
    string | null,
  ];
  it.each<Alteration>([
    ['a log-probability', 'logProbs', call, moved(0.01), 'arithmetic differs'],
    ['a log-probability', 'logProbs', evaluated, moved(-1), 'unknown'],
    ['a log-probability that is no number', 'logProbs', evaluated, moved(Number.NaN), 'unknown'],
    ['a text', 'text', call, otherData((data) => ({ ...data, text: 'run()' })), 'unknown'],
    ['tokens that end too early', 'finish', evaluated, cut, null],
    [
      'the version that played',
      'version',
      evaluated,
      otherData((data) => ({ ...data, version: 'other' })),
      null,
    ],
    ['a loss', 'loss', learned, otherData((data) => ({ ...data, loss: Number(data.loss) + 0.1 })), null],
    ['a drift', 'drift', learned, otherData((data) => ({ ...data, drift: Number(data.drift) + 0.02 })), null],
    ['a number of updates', 'updates', learned, otherData((data) => ({ ...data, updates: 99 })), 'unknown'],
  ])(
    'finds %s that was altered with all hashes made to fit (%s)',
    async (what, field, which, change, cause) => {
      const forged = forgeRun(directory, store, `${what}-${which.name}.db`, which, change);
      const { seq } = [...store.reader('latest').events()].find(which) ?? {};
      const { identical, divergence } = await verify(forged, { ...others, tolerance, from: seq });
      expect(identical).toBe(false);
      if (field !== 'finish' && field !== 'version') expect(divergence).toMatchObject({ seq, field });
      if (cause !== null) expect(divergence).toMatchObject({ cause });
      forged.close();
    },
  );

  it('finds small changes of figures, too, where arithmetic is the same', async () => {
    const forged = forgeRun(
      directory,
      store,
      'small.db',
      learned,
      otherData((data) => ({ ...data, loss: Number(data.loss) + 1e-4 })),
    );
    const { seq } = [...store.reader('latest').events()].find(learned) ?? {};
    expect((await verify(forged, { tolerance, from: seq })).divergence).toMatchObject({ seq, field: 'loss' });
    forged.close();
  });

  it('finds kept weights that are not those that the events name', async () => {
    const forged = forgeRun(
      directory,
      store,
      'weights.db',
      () => true,
      otherData((data) => data),
    );
    const log = forged.openLog('latest');
    const { name = '' } = log.blobs().find(({ name: each }) => each.startsWith('weights/step/')) ?? {};
    const bytes = Uint8Array.from(log.blob(name) ?? []);
    bytes[2] = (bytes[2] ?? 0) ^ 1;
    log.append([], { put: [{ name, kind: 'weights', bytes }] });
    log.close();
    const { divergence } = await verify(forged, { tolerance });
    expect(divergence).toMatchObject({ stream: '(blob)', cause: 'weights missing' });
    forged.close();
  });

  it('verifies models of each role, forks, and interrupted runs', async () => {
    const split = directory.open('split.db');
    await startRun(split, tinyConfig({ policies: 'per-role', steps: 1 }), runOptions()).finished;
    expect(await verify(split, { ...others, tolerance })).toMatchObject({ identical: true });
    const reader = split.reader('latest');
    const at = [...reader.events()].find(
      ({ stream, type }) => type === 'called' && stream.startsWith('step/'),
    );
    await forkRun(split, 'latest', {
      kit: KIT,
      codeVersion: 'test',
      at: String(at?.seq),
      changes: [],
      policies: { designer: 'cold-start' },
      fresh: 'b/step/other',
    });
    const run = resumeRun(split, 'run-2', {
      ...runOptions(),
      onEvents: (events) => {
        if (events.some(({ stream }) => stream.startsWith('eval/after'))) run.stop();
      },
    });
    expect(await run.finished).toBe('stopped');
    const half = await verifyRun(split, 'run-2', {
      kit: KIT,
      codeVersion: 'test',
      ...others,
      tolerance,
    });
    expect(half).toMatchObject({ run: 'run-2', identical: true });
    expect(half.tally.compared).toBe(split.reader('run-2').count());
    split.close();
  }, 60_000);
});
