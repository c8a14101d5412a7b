import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readView, writeView } from '../../src/views/snapshot.ts';
import { Timeline } from '../../src/views/timeline.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { Store } from '../../store/store.ts';
import { scratchDirectory } from '../store/scratch.ts';
import { foldedTo, recordedRun } from './recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun({ steps: 200 });
});

/** The recorded run in a store file. */
function stored(): { store: Store; id: string } {
  let now = 0;
  const store = Store.open(`${scratchDirectory()}/troupe.db`, { mode: 'create', clock: () => now });
  const { id } = store.createRun({ config: {}, codeVersion: 'test' });
  const run = store.openLog(id);
  const appends = Map.groupBy(log.events(), ({ time }) => time);
  for (const [time, events] of appends) {
    now = time;
    run.append(events.map((event) => ({ ...event, expectedVersion: event.version })));
  }
  run.close();
  return { store, id };
}

describe('a view as bytes', () => {
  it('is read back as it was, at any event', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: log.count() }), (seq) => {
        const view = foldedTo(log, seq);
        expect(Object.assign(readView(writeView(view)), { lastEvent: view.lastEvent })).toEqual(view);
      }),
      { numRuns: 20 },
    );
  });

  it('is the same bytes whether it grew, was read back and grew on, or was folded by the session and one step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: log.count() }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seq, share) => {
          const grown = writeView(foldedTo(log, seq));
          const halfway = Math.max(1, Math.floor(seq * share));
          const resumed = readView(writeView(foldedTo(log, halfway)));
          for (const event of log.events({ after: halfway, upTo: seq })) resumed.apply(event);
          expect(writeView(resumed).equals(grown)).toBe(true);
          expect(writeView(new Timeline(log).viewAt(seq)).equals(Buffer.from(grown))).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('snapshots', () => {
  it('are left behind by a jump, and the next one begins there', () => {
    const { store, id } = stored();
    const seq = log.count() - 7;
    expect(seq).toBeGreaterThan(5000);
    const snapshots = store.snapshots(id, 'view@1');
    const timeline = new Timeline(store.reader(id), snapshots);
    expect(snapshots.near(seq)).toBeUndefined();
    const first = timeline.viewAt(seq);
    expect(first).toEqual(foldedTo(store.reader(id), seq));
    expect(snapshots.near(seq)?.seq).toBe(seq - (seq % 5000));
    expect(timeline.viewAt(seq)).toEqual(first);
    expect(timeline.viewAt(5000)).toEqual(foldedTo(store.reader(id), 5000));
  });

  it('may be deleted at any time, and come back byte for byte', () => {
    const { store, id } = stored();
    const snapshots = store.snapshots(id, 'view@1');
    const timeline = new Timeline(store.reader(id), snapshots);
    timeline.viewAt(log.count());
    const before = snapshots.near(log.count());
    store.connection.db.exec('DELETE FROM snapshots');
    expect(timeline.viewAt(log.count())).toEqual(foldedTo(store.reader(id)));
    expect(snapshots.near(log.count())).toEqual(before);
  });

  it.each([
    ['altered', `UPDATE snapshots SET state = CAST(x'00' || substr(state, 2) AS BLOB)`],
    ['moved to another event', 'UPDATE snapshots SET seq = seq - 1'],
    ['cut', 'UPDATE snapshots SET state = substr(state, 1, 40)'],
    ['of another history', `UPDATE events SET head = x'00' WHERE position % 5000 >= 0`],
  ])('that are %s are passed over', (_, sql) => {
    const { store, id } = stored();
    const snapshots = store.snapshots(id, 'view@1');
    snapshots.put(5000, writeView(foldedTo(log, 5000)));
    expect(snapshots.near(5100)).toBeDefined();
    store.connection.db.exec(sql);
    expect(snapshots.near(5100)).toBeUndefined();
  });

  it('of another version are passed over, and removed when there are newer ones', () => {
    const { store, id } = stored();
    store.snapshots(id, 'view@1').put(5000, writeView(foldedTo(log, 5000)));
    const newer = store.snapshots(id, 'view@2');
    expect(newer.near(5100)).toBeUndefined();
    newer.put(5050, writeView(foldedTo(log, 5050)));
    expect(store.snapshots(id, 'view@1').near(5100)).toBeUndefined();
    expect(newer.near(5100)?.seq).toBe(5050);
  });

  it('are not written where the store is only read', () => {
    const { store, id } = stored();
    const { file } = store;
    store.close();
    const reading = Store.open(file, { mode: 'read', clock: () => 0 });
    const snapshots = reading.snapshots(id, 'view@1');
    expect(new Timeline(reading.reader(id), snapshots).viewAt(5100)).toEqual(foldedTo(log, 5100));
    expect(snapshots.near(5100)).toBeUndefined();
    reading.close();
  });
});
