import { afterAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/runtime/config.ts';
import { creditSettings } from '../../src/runtime/config.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { creditFromLog, recordedCredits, sameCredit } from '../../src/runtime/recorded-credit.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { summarise } from '../../src/views/run-summary.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { expectViewsToAgree } from '../docs/store-agreement.ts';
import { evenAnswers, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
const kit = evenAnswers();
const options = { ...runOptions(), kit };
afterAll(() => directory.remove());

const stage = (schedule: RunConfig['stage']['schedule'], steps = 1) =>
  ({ schedule, steps, first: 'executor' }) as const;

let opened = 0;
async function run(changes: Partial<RunConfig>): Promise<Store> {
  const store = directory.open(`run-${++opened}.db`);
  expect(await startRun(store, tinyConfig(changes), options).finished).toBe('done');
  return store;
}

function hashesOf(store: Store) {
  const info = store.run('latest');
  const { eventHash, weightsHash } = summarise(info, store.reader(info.id), store.attempts(info.id));
  return { eventHash, weightsHash };
}

const learned = (reader: EventReader) => reader.read('session').filter(({ type }) => type === 'learned');
const hash = (reader: EventReader, name: string) => reader.blobs().find((blob) => blob.name === name)?.hash;

const CASES = [
  ['coupled', 'shared', ['executor', 'designer', 'executor', 'designer']],
  ['coupled', 'per-role', ['executor', 'designer', 'executor', 'designer']],
  ['stagewise', 'per-role', ['executor', 'designer']],
  ['executor-only', 'shared', ['executor', 'executor']],
  ['designer-only', 'per-role', ['designer', 'designer']],
] as const;

it('designs that are fixed by family take the designer’s place, and verify', async () => {
  const design = {
    arithmetic: 'run(agent("solve"))',
    code: 'run(reflect(agent("solve")))',
  };
  const { rollout } = tinyConfig();
  const store = await run({
    steps: 1,
    rollout: { ...rollout, design, designs: 1 },
    stage: stage('executor-only'),
  });
  const reader = store.reader('latest');
  const { mixes } = sessionView(reader);
  const shapes = Object.entries(mixes[0] ?? {}).map(([kind, mix]) => [kind.split('/')[0], Object.keys(mix)]);
  expect(new Set(shapes.map(([family]) => family))).toEqual(new Set(['arithmetic', 'code']));
  for (const [family, drawn] of shapes)
    expect(drawn).toEqual([family === 'code' ? 'reflect(agent)' : 'agent']);
  expect(
    reader.readPrefix('').some(({ stream, type }) => type === 'called' && stream.endsWith('/designer')),
  ).toBe(false);
  expect(await verifyRun(store, 'latest', options)).toMatchObject({ identical: true, divergence: null });
});

describe.each(CASES)('a %s run with %s policies', (schedule, policies, roles) => {
  it('teaches whom it should, comes out the same again, and verifies exactly', async () => {
    const store = await run({ stage: stage(schedule), policies });
    const reader = store.reader('latest');
    expect(learned(reader).map(({ data }) => data.role)).toEqual([...roles]);
    expect(sessionView(reader)).toMatchObject({ phase: 'done', step: 2 });
    expect(sessionView(reader).steps.map(({ role }) => role)).toEqual([...roles]);
    for (const { data } of learned(reader)) expect(data.sequences).toBeGreaterThan(0);
    expectViewsToAgree(store, 'run-1');
    for (const credit of recordedCredits(reader)) {
      const again = creditFromLog(
        reader,
        credit.step,
        credit.role,
        creditSettings(tinyConfig(), credit.step),
      );
      expect(sameCredit(again, credit)).toBe(true);
    }
    const again = await run({ stage: stage(schedule), policies });
    expect(hashesOf(again)).toEqual(hashesOf(store));
    again.close();
    expect(await verifyRun(store, 'latest', options)).toMatchObject({ identical: true, divergence: null });
    store.close();
  });
});

describe('a coupled run', () => {
  it('learns the executor, then the designer, each with moments of its own', async () => {
    const store = await run({ stage: stage('coupled'), steps: 1 });
    const reader = store.reader('latest');
    const [executor, designer] = learned(reader);
    expect(executor?.data).toMatchObject({ key: 'step/0000', label: 'step/0000-executor' });
    expect(designer?.data).toMatchObject({ key: 'step/0000', label: 'step/0000' });
    expect(executor?.data.version).not.toBe(designer?.data.version);
    expect(hash(reader, 'moments/executor')).not.toBe(hash(reader, 'moments/designer'));
    // The executor's ratios are measured at the weights that sampled; the designer's against them.
    expect(executor?.data.ratioError).toBeLessThan(1e-4);
    expect(designer?.data.ratioError).toBeGreaterThan(1e-4);
    expect(hash(reader, 'weights/step/0000-executor/shared')).toBeUndefined();
    store.close();
  });

  it.each(['shared', 'per-role'] as const)(
    'with %s policies goes on after a kill between the two updates, to the same end',
    async (policies) => {
      const config = tinyConfig({ stage: stage('coupled'), policies });
      const whole = await run(config);
      const store = directory.open(`killed-${policies}.db`);
      const first = startRun(store, config, {
        ...options,
        onEvents: (events) => {
          if (events.some(({ data }) => data.label === 'step/0000-executor')) first.stop();
        },
      });
      expect(await first.finished).toBe('stopped');
      expect(learned(store.reader('latest'))).toHaveLength(1);
      expect(await resumeRun(store, 'latest', options).finished).toBe('done');
      expect(hashesOf(store)).toEqual(hashesOf(whole));
      store.close();
      whole.close();
    },
  );
});

describe('a fork of a coupled run', () => {
  it.each(['shared', 'per-role'] as const)(
    'with %s policies learns both roles again up to where it begins, and verifies exactly',
    async (policies) => {
      const store = await run({
        stage: stage('coupled', 2),
        policies,
        evaluation: { cellTasks: 1, controls: false },
      });
      const within = store
        .reader('latest')
        .readPrefix('step/0001')
        .find(({ type }) => type === 'called');
      const { run: fork } = await forkRun(store, 'latest', {
        kit,
        codeVersion: 'test',
        at: String(within?.seq),
        changes: [],
        fresh: 'other',
        policies: {},
      });
      expect(await resumeRun(store, fork, options).finished).toBe('done');
      expect(store.reader(fork).eventHash()).not.toBe(store.reader('run-1').eventHash());
      expect(await verifyRun(store, fork, options)).toMatchObject({ identical: true, divergence: null });
      store.close();
    },
  );
});

describe('a frozen role', () => {
  it('keeps its weights and its moments to the byte through a stage of the other (B-8)', async () => {
    const config = tinyConfig({ stage: stage('stagewise'), policies: 'per-role', steps: 3 });
    const store = directory.open('frozen.db');
    const moments: (string | undefined)[] = [];
    const running = startRun(store, config, {
      ...options,
      onEvents: (events) => {
        if (events.some(({ type }) => type === 'learned')) {
          moments.push(hash(store.reader('latest'), 'moments/executor'));
        }
      },
    });
    await running.finished;
    const reader = store.reader('latest');
    expect(hash(reader, 'weights/step/0001/executor')).toBe(hash(reader, 'weights/step/0000/executor'));
    expect(hash(reader, 'weights/step/0001/designer')).not.toBe(hash(reader, 'weights/step/0000/designer'));
    expect(hash(reader, 'weights/step/0002/designer')).toBe(hash(reader, 'weights/step/0001/designer'));
    expect(moments[0]).toBeDefined();
    expect(moments[1]).toBe(moments[0]);
    expect(moments[2]).not.toBe(moments[1]);
    store.close();
  });
});

describe('a run of the cold start alone', () => {
  it('learns nothing more', async () => {
    const store = await run({ steps: 0 });
    const reader = store.reader('latest');
    expect(learned(reader)).toEqual([]);
    const { scores, phase } = sessionView(reader);
    expect(phase).toBe('done');
    // The same weights draw the same from the same streams.
    expect(scores.after).toEqual(scores.before);
    store.close();
  });
});

describe('a fixed design', () => {
  it('takes the place of the designer, of whom nothing is asked', async () => {
    const { rollout } = tinyConfig();
    const store = await run({
      stage: stage('executor-only'),
      rollout: { ...rollout, design: 'run(agent("solve"))' },
      steps: 1,
    });
    const reader = store.reader('latest');
    const calls = [...reader.events()].filter(({ type }) => type === 'called');
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.every(({ stream }) => stream.includes('/agent/'))).toBe(true);
    expect(sessionView(reader).after.arithmetic?.shapes).toEqual({ agent: 4 });
    expect(
      reader.readPrefix('step').some(({ type, data }) => type === 'compiled' && data.shape === 'agent'),
    ).toBe(true);
    expect(await verifyRun(store, 'latest', options)).toMatchObject({ identical: true });
    store.close();
  });
});
