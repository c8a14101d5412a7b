import Database from 'better-sqlite3';
import { must } from '../../src/core/errors.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import type { Kit } from '../../src/runtime/kit.ts';
import type { EventReader, NewEvent } from '../../store/event-log.ts';
import { Store } from '../../store/store.ts';
import { kindOfStream } from '../graph/stream-kind.ts';
import { alternate, inScratch, type Measuring } from './measure.ts';
import { scriptedEvents } from './scripted-events.ts';
import type { Workload } from './workload.ts';

/** Events per second. */
export interface LogFigures {
  /** Appended to a store file, one transaction for each {@link BATCH} of them. */
  readonly appendPerSecond: number;
  /** The same rows, finished and ready, inserted in the same batches into a table with one index. */
  readonly bareInsertPerSecond: number;
  /** The first by the second: what is left of SQLite's speed after JSON, two hashes and bookkeeping. */
  readonly appendRatio: number;
  /** Read from the store stream by stream, and sent to actors that begin anew. */
  readonly replayPerSecond: number;
}

/** Events of one transaction; a scheduler's ticks hold 50 to 500. */
const BATCH = 200;
/** Reinforcement steps of the run whose events are written. */
const STEPS = 2;

/** Measures a log that is written and replayed whole, round after round, each time as a new run. */
export async function measureLog(given: Workload, measuring: Measuring): Promise<LogFigures> {
  const { config, kit } = given;
  const short = { ...config, steps: STEPS, imitation: { ...config.imitation, chunks: 1 } };
  const events = await scriptedEvents({ ...given, config: short });
  return inScratch(async (file) => {
    const store = Store.open(file('store.db'), { mode: 'create', clock: Date.now });
    try {
      const first = write(store, events);
      const bare = new BareTable(file('bare.db'), rowsOf(store));
      try {
        const seconds = await alternate(
          {
            append: () => void write(store, events),
            bare: (round) => bare.fill(round),
            replay: () => replay(store.reader(first), kit),
          },
          measuring,
        );
        return {
          appendPerSecond: events.length / seconds.append,
          bareInsertPerSecond: events.length / seconds.bare,
          appendRatio: seconds.bare / seconds.append,
          replayPerSecond: events.length / seconds.replay,
        };
      } finally {
        bare.close();
      }
    } finally {
      store.close();
    }
  });
}

/** Appends the events as a new run; returns its id. */
function write(store: Store, events: readonly NewEvent[]): string {
  const { id } = store.createRun({ config: {}, codeVersion: 'bench' });
  const log = store.openLog(id);
  for (let at = 0; at < events.length; at += BATCH) log.append(events.slice(at, at + BATCH));
  log.close();
  return id;
}

/** Folds every stream into a fresh actor, as a recovery does. */
function replay(reader: EventReader, kit: Kit): void {
  const create = actorFactory(kit.library);
  for (const stream of reader.streams()) {
    const [first, ...rest] = reader.read(stream);
    const kind = must(kindOfStream(stream), `the kind of ${stream}`);
    const actor = create(kind, stream, must(first, `events of ${stream}`).data);
    actor.start();
    for (const event of rest) actor.send(event);
  }
}

/** A row of the store's table of events, column by column. */
type Row = [number, number, number, string, string, number, number, Buffer, Buffer];

/** The rows of a store that holds one run. */
function rowsOf(store: Store): Row[] {
  return store.connection.db
    .prepare<[], Row>(
      `SELECT position, stream, version, type, data, time, attempt, head, row_hash
       FROM events ORDER BY position`,
    )
    .raw()
    .all();
}

/** The least that SQLite can be asked to do with the same rows, under the same settings as the store. */
class BareTable {
  readonly #db: Database.Database;
  readonly #rows: readonly Row[];

  constructor(file: string, rows: readonly Row[]) {
    this.#rows = rows;
    this.#db = new Database(file);
    this.#db.pragma('page_size = 8192');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.pragma('wal_autocheckpoint = 4000');
    this.#db.exec(
      `CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, type TEXT,
         data TEXT, time INTEGER, attempt INTEGER, head BLOB, row_hash BLOB);
       CREATE UNIQUE INDEX by_stream ON events (stream, version)`,
    );
  }

  /** Inserts all rows, under keys of their own in every round. */
  fill(round: number): void {
    const insert = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const some = this.#db.transaction((rows: readonly Row[]) => {
      for (const [position, stream, ...rest] of rows) {
        insert.run(position + round * 2 ** 32, stream + round * 2 ** 24, ...rest);
      }
    });
    for (let at = 0; at < this.#rows.length; at += BATCH) some.immediate(this.#rows.slice(at, at + BATCH));
  }

  close(): void {
    this.#db.close();
  }
}
