import { must } from '../../src/core/errors.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import type { Kit } from '../../src/runtime/kit.ts';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import type { EventReader, NewEvent, StoredEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { Store } from '../../store/store.ts';
import { BareTable } from './bare-table.ts';
import { alternate, inScratch, type Measuring } from './measure.ts';
import { scriptedEvents } from './scripted-events.ts';
import { type TokenBytes, tokenBytesOf } from './token-bytes.ts';
import type { Workload } from './workload.ts';

/** Rates in events per second; the ratios compare what was measured in turn, in one process. */
export interface LogFigures {
  /** Appended to a store file, one transaction for each {@link BATCH} of them. */
  readonly appendPerSecond: number;
  /** The same rows, of events and of streams, finished and ready, inserted one by one in the same batches with one index. */
  readonly bareInsertPerSecond: number;
  /** What is left of SQLite's speed after JSON, hashes and bookkeeping. */
  readonly appendRatio: number;
  /** Actors begun, started and sent their events, which no log holds. */
  readonly actorsPerSecond: number;
  /** Batches appended, then sent to the actors, as a scheduler does. */
  readonly livePerSecond: number;
  /** `live` by the slower of append and actors. */
  readonly liveRatio: number;
  /** Read from the store in the order of the log. */
  readonly readPerSecond: number;
  /** Read from the store and sent to actors that begin anew. */
  readonly replayPerSecond: number;
  /** `replay` by the slower of reading and actors. */
  readonly replayRatio: number;
  readonly bytesPerToken: TokenBytes;
}

/** Events of one transaction; a scheduler's ticks hold 20 to 500. */
const BATCH = 200;
/** Reinforcement steps of the run whose events are written. */
const STEPS = 2;

/** Measures a log that is written and replayed whole, round after round, each time as a new run. */
export async function measureLog(given: Workload, measuring: Measuring): Promise<LogFigures> {
  const { config, kit } = given;
  const short = { ...config, steps: STEPS, imitation: { ...config.imitation, chunks: 1 } };
  const events = await scriptedEvents({ ...given, config: short });
  const ready = new MemoryLog(() => 0).append(events);
  return inScratch(async (file) => {
    const store = Store.open(file('store.db'), { mode: 'create', clock: Date.now });
    try {
      const first = write(store, events);
      const bytesPerToken = tokenBytesOf(store, events);
      const bare = new BareTable(file('bare.db'), store, BATCH);
      try {
        const seconds = await alternate(
          {
            append: () => void write(store, events),
            bare: (round) => bare.fill(round),
            actors: () => new Actors(kit).send(ready),
            live: () => {
              const actors = new Actors(kit);
              write(store, events, (stored) => actors.send(stored));
            },
            read: () => read(store.reader(first), () => {}),
            replay: () => {
              const actors = new Actors(kit);
              read(store.reader(first), (stored) => actors.send(stored));
            },
          },
          measuring,
        );
        const rate = (time: number) => events.length / time;
        return {
          appendPerSecond: rate(seconds.append),
          bareInsertPerSecond: rate(seconds.bare),
          appendRatio: seconds.bare / seconds.append,
          actorsPerSecond: rate(seconds.actors),
          livePerSecond: rate(seconds.live),
          liveRatio: Math.max(seconds.append, seconds.actors) / seconds.live,
          readPerSecond: rate(seconds.read),
          replayPerSecond: rate(seconds.replay),
          replayRatio: Math.max(seconds.read, seconds.actors) / seconds.replay,
          bytesPerToken,
        };
      } finally {
        bare.close();
      }
    } finally {
      store.close();
    }
  });
}

/** Appends the events as a new run, each batch shown to `then`; returns the run's id. */
function write(
  store: Store,
  events: readonly NewEvent[],
  then: (stored: readonly StoredEvent[]) => void = () => {},
): string {
  const { id } = store.createRun({ config: {}, codeVersion: 'bench' });
  const log = store.openLog(id);
  for (let at = 0; at < events.length; at += BATCH) then(log.append(events.slice(at, at + BATCH)));
  log.close();
  return id;
}

/** Reads in the order of the log. */
function read(reader: EventReader, then: (stored: readonly StoredEvent[]) => void): void {
  for (const event of reader.events()) then([event]);
}

/** The actors of a run, each begun by the first event of its stream. */
class Actors {
  readonly #create;
  readonly #running = new Map<string, ReturnType<ReturnType<typeof actorFactory>>>();

  constructor(kit: Kit) {
    this.#create = actorFactory(kit.library);
  }

  send(events: readonly StoredEvent[]): void {
    for (const event of events) {
      const { stream, version, data } = event;
      if (version > 0) {
        must(this.#running.get(stream), `the actor of ${stream}`).send(event);
        continue;
      }
      const actor = this.#create(must(kindOfStream(stream), `the kind of ${stream}`), stream, data);
      this.#running.set(stream, actor);
      actor.start();
    }
  }
}
