import { z } from 'zod';
import { RandomStream } from '../../src/core/random.ts';
import { RunView } from '../../src/views/run-view.ts';
import { SnapshotKeeper } from '../../src/views/snapshot-keeper.ts';
import { Timeline } from '../../src/views/timeline.ts';
import type { NewEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { type Measuring, now } from './measure.ts';

/** How long it takes to know the state of a long run at any of its events. */
export interface StateFigures {
  readonly events: number;
  /** Random events that were jumped to. */
  readonly jumps: number;
  /** Milliseconds for the state at a random event, by a fold from the nearest snapshot: the median, and the slowest. */
  readonly medianMs: number;
  readonly slowestMs: number;
  /** The same with all snapshots deleted: the session's events, and those of one step. */
  readonly withoutSnapshotsMs: number;
  /** Bytes of the snapshots by bytes of the whole file. */
  readonly snapshotShare: number;
}

const VIEW = 'bench';
const JUMPS = 40;
const BATCH = 500;

/** Writes a run of about `count` events, as a training process would with its snapshots, and jumps about in it. */
export function measureStates(
  store: Store,
  events: readonly NewEvent[],
  count: number,
  { pulse }: Measuring,
): StateFigures {
  const { id } = store.createRun({ config: {}, codeVersion: 'bench' });
  const total = write(store, id, prolonged(events, count), pulse);
  const random = new RandomStream(1, 'jumps');
  const jump = (): number => {
    const seq = random.integer(1, total);
    const began = now();
    new Timeline(store.reader(id), store.snapshots(id, VIEW)).viewAt(seq);
    pulse?.();
    return 1000 * (now() - began);
  };
  const times = Array.from({ length: JUMPS }, jump).sort((a, b) => a - b);
  const { db } = store.connection;
  const size = db
    .prepare<[], { all: number }>(
      'SELECT page_count * page_size AS "all" FROM pragma_page_count, pragma_page_size',
    )
    .get();
  const kept = db.prepare<[], { bytes: number }>('SELECT sum(length(state)) AS bytes FROM snapshots').get();
  const cold = Array.from({ length: 5 }, () => {
    db.exec('DELETE FROM snapshots');
    return jump();
  }).sort((a, b) => a - b);
  return {
    events: total,
    jumps: JUMPS,
    medianMs: times[JUMPS / 2] ?? 0,
    slowestMs: times.at(-1) ?? 0,
    withoutSnapshotsMs: cold[2] ?? 0,
    snapshotShare: (kept?.bytes ?? 0) / (size?.all ?? 1),
  };
}

function write(store: Store, id: string, events: Iterable<NewEvent>, pulse: Measuring['pulse']): number {
  const log = store.openLog(id);
  const view = new RunView();
  const keeper = new SnapshotKeeper(store.snapshots(id, VIEW), view);
  let batch: NewEvent[] = [];
  const flush = (): void => {
    for (const event of log.append(batch)) view.apply(event);
    keeper.saw(view);
    batch = [];
    pulse?.();
  };
  for (const event of events) {
    batch.push(event);
    if (batch.length === BATCH) flush();
  }
  flush();
  log.close();
  return log.count();
}

const picked = z.object({ key: z.string() });
const FIRST = 'step/0000';

/** A run with its first step again and again under other numbers, until there are about `count` events. */
function* prolonged(events: readonly NewEvent[], count: number): Generator<NewEvent> {
  const begins = events.flatMap(({ type, data }, at) =>
    type === 'picked' && picked.parse(data).key.startsWith('step/') ? [at] : [],
  );
  const [from = 0, to = events.length] = begins;
  const before = events.slice(0, from);
  const step = events.slice(from, to);
  const steps = Math.max(1, Math.ceil((count - before.length) / step.length));
  let version = 0;
  for (const event of before) {
    const data =
      event.type === 'started' && event.stream === 'session' ? withSteps(event.data, steps) : event.data;
    yield event.stream === 'session' ? { ...event, data, expectedVersion: version++ } : event;
  }
  const text = step.map((event) => JSON.stringify(event.data));
  for (let number = 0; number < steps; number++) {
    const name = `step/${String(number).padStart(4, '0')}`;
    for (const [index, event] of step.entries()) {
      const stream = event.stream.replace(FIRST, name);
      const data = JSON.parse((text[index] ?? '').replaceAll(FIRST, name));
      yield {
        ...event,
        stream,
        data,
        expectedVersion: stream === 'session' ? version++ : event.expectedVersion,
      };
    }
  }
}

function withSteps(data: NewEvent['data'], steps: number): NewEvent['data'] {
  const plan = z.looseObject({}).parse(data.plan);
  return { ...data, plan: { ...plan, steps } };
}
