import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { assert, describe, expect, it, test } from 'vitest';
import { SCHEDULES } from '../../machines/stages.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import { ask } from '../../tools/store-page.ts';
import { agreeOnLearning } from '../docs/store-agreement.ts';
import { recordedRun } from '../views/recorded.ts';
import { openStore, RUN, scratchDirectory } from './scratch.ts';

// Views of sessions with real machines and scripted effects, which have the figures that real ones record.

/** Figures of a step: in the first there was nothing to learn from, which older runs recorded as zeros. */
function figures(step: number): JsonObject {
  return step === 0
    ? {
        updates: 0,
        sequences: 0,
        loss: 0,
        gradientNorm: 0,
        clipFraction: 0,
        entropy: 0,
        ratioError: 0,
      }
    : {
        updates: 2,
        sequences: 10 + step,
        loss: -step,
        gradientNorm: 0.5,
        clipFraction: 0.01,
        entropy: 0.25,
        ratioError: 1e-6,
        kl: 2e-3,
      };
}

interface Shape {
  readonly schedule: (typeof SCHEDULES)[number];
  readonly policies: 'shared' | 'per-role';
  /** A script in the designer's place: then there is no designer that an update could move. */
  readonly design?: string;
}

const hasFrozenRole = ({ schedule, policies, design }: Shape) =>
  schedule !== 'coupled' && policies === 'shared' && design === undefined;

/** An event as an older run has it, or one of today: that measures entropy where credit is given, and leaves out what it did not measure. */
function asRecorded(event: StoredEvent, shape: Shape, today: boolean): JsonObject {
  const { data, type } = event;
  const step = Number(String(data.key).slice('step/'.length));
  const moved = hasFrozenRole(shape) ? 1e-3 : 0;
  if (type === 'credited') return today ? { ...data, entropy: 0.125 + step } : data;
  if (type !== 'learned') return data;
  const { key = '', role = '', version = '' } = data;
  const { updates = 0, sequences = 0, ...rest } = figures(step);
  if (!today) return { key, role, version, updates, sequences, drift: moved, ...rest };
  const { entropy: _, ...measured }: JsonObject = updates === 0 ? {} : rest;
  return { key, role, version, updates, sequences, ...measured, ...(moved === 0 ? {} : { drift: moved }) };
}

/** A store with a session of that shape, for each of these ends one; the whole of it by default. */
async function stored(
  shape: Shape,
  today: boolean,
  ends: (log: EventReader) => readonly number[] = (log) => [log.count()],
): Promise<Store[]> {
  const log = await recordedRun({ ...shape, steps: 5, stageSteps: 2 });
  return ends(log).map((upTo) => {
    const store = openStore(join(scratchDirectory(), 'x.db'));
    const run = store.openLog(store.createRun(RUN).id);
    run.append(
      [...log.events({ upTo })].map((event) => ({
        ...event,
        data: asRecorded(event, shape, today),
        expectedVersion: event.version,
      })),
    );
    run.close();
    return store;
  });
}

const SHAPES: readonly Shape[] = [
  ...SCHEDULES.flatMap((schedule) =>
    (['shared', 'per-role'] as const).map((policies) => ({ schedule, policies })),
  ),
  { schedule: 'executor-only', policies: 'shared', design: 'run(agent("solve"))' },
];

describe.each(SHAPES)('of a $schedule run with $policies policies, design $design', (shape) => {
  it.each([
    ['an older', false],
    ['one of today', true],
  ])('steps, stages and updates are what the fold says, %s', async (_, today) => {
    const [store] = await stored(shape, today);
    assert(store);
    agreeOnLearning(store, 'run-1');
    const view = sessionView(store.reader('run-1'));
    const learners = shape.schedule === 'coupled' ? 2 : 1;
    expect(view.steps).toHaveLength(5 * learners);
    // A KL of a frozen role where one is frozen, and no figure of an update that did not take place.
    for (const { step, ...figures } of view.steps) {
      const learned = (value: number) => (step === 0 ? null : value);
      expect(figures).toMatchObject({
        drift: hasFrozenRole(shape) ? 1e-3 : null,
        updates: step === 0 ? 0 : 2,
        loss: learned(-step),
        gradientNorm: learned(0.5),
        clipFraction: learned(0.01),
        ratioError: learned(1e-6),
        kl: learned(2e-3),
        entropy: today ? 0.125 + step : learned(0.25),
      });
    }
  });

  it('are so wherever in a step the run was interrupted', async () => {
    const within = (log: EventReader) =>
      log
        .read('session')
        .flatMap(({ type, data, seq }) =>
          ['credited', 'learned'].includes(type) && data.key === 'step/0002' ? [seq] : [],
        );
    const stores = await stored(shape, true, within);
    expect(stores).toHaveLength(shape.schedule === 'coupled' ? 4 : 2);
    for (const store of stores) agreeOnLearning(store, 'run-1');
  });
});

test('a stage in which both roles learn has as many steps as it has, and its rewards once', async () => {
  const [store] = await stored({ schedule: 'coupled', policies: 'per-role' }, true);
  assert(store);
  expect(ask(store, 'SELECT stage, role, steps, designer_reward FROM stages')).toEqual([
    { stage: 1, role: 'both roles', steps: 2, designer_reward: 0.05 },
    { stage: 2, role: 'both roles', steps: 2, designer_reward: 0.25 },
    { stage: 3, role: 'both roles', steps: 1, designer_reward: 0.4 },
  ]);
  expect(ask(store, 'SELECT count(*) AS updates FROM updates WHERE role IS NOT NULL')).toEqual([
    { updates: 10 },
  ]);
});

describe('the views of a store that an older Troupe made', () => {
  /** A store whose `stages` says something else, as an older version's did, beside a view of the user's own. */
  function outdated(): string {
    const file = join(scratchDirectory(), 'x.db');
    openStore(file).close();
    const db = new Database(file);
    db.exec(
      `DROP VIEW stages; CREATE VIEW stages AS SELECT 1 AS steps; CREATE VIEW mine AS SELECT * FROM stages`,
    );
    db.pragma('journal_mode = DELETE');
    db.close();
    return file;
  }
  const names = (store: Store) =>
    ask(store, `SELECT name FROM pragma_table_info('stages')`).map(({ name }) => name);

  it('are those of today once a command has written', () => {
    const file = outdated();
    openStore(file, 'write').close();
    const store = openStore(file, 'read');
    expect(names(store)).toContain('designer_reward');
    expect(ask(store, 'SELECT * FROM mine')).toEqual([]);
    expect(checkStore(store)).toMatchObject({ ok: true });
  });

  it('stay as they are where a command only reads', () => {
    const file = outdated();
    const before = readFileSync(file);
    for (const mode of ['read', 'inspect'] as const) {
      const store = openStore(file, mode);
      expect(names(store)).toEqual(['steps']);
      // It says something that no Troupe has said.
      expect(checkStore(store).problems.map(({ problem }) => problem)).toEqual([
        'the view stages is not defined as in a store',
      ]);
      store.close();
    }
    expect(readFileSync(file)).toEqual(before);
  });

  it('are not written again where they are those of today', () => {
    const file = outdated();
    openStore(file, 'write').close();
    const version = (store: Store) => store.connection.db.pragma('schema_version', { simple: true });
    const store = openStore(file, 'write');
    const before = version(store);
    store.close();
    expect(version(openStore(file, 'write'))).toBe(before);
  });
});
