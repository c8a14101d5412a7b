import { existsSync } from 'node:fs';
import { blobProblems } from '../../src/runtime/blob-check.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { EventReader } from '../../store/event-log.ts';
import { Store } from '../../store/store.ts';
import { checkStore } from '../../store/store-check.ts';
import type { Ending, Phase } from './report.ts';

/** What a store holds after a blow. */
export interface State {
  readonly stored: number;
  readonly whole: boolean;
  readonly phase: Phase;
  /** Recorded calls of the step or the evaluation that has not ended. */
  readonly kept: number;
  /** Whether the run is over. */
  readonly done: boolean;
}

/** Looks at a store without changing a byte of it: what a killed process left is for the next one to mend. */
export function stateOf(file: string, clock: () => number): State {
  return looking(file, clock, (store) => {
    const run = store.run('latest');
    const reader = store.reader(run.id);
    const { phase, kept } = unfinished(reader);
    return {
      stored: reader.count(),
      whole: isWhole(store),
      phase,
      kept,
      done: run.status === 'done',
    };
  });
}

/** What the run was at, by its session's last events. */
function unfinished(reader: EventReader): { phase: Phase; kept: number } {
  const session = reader.read('session');
  const picked = session.findLast(({ type }) => type === 'picked');
  if (picked === undefined) return { phase: 'cold start', kept: 0 };
  const last = session.at(-1)?.type;
  const isStep = !String(picked.data.key).startsWith('eval/');
  let kept = 0;
  if (last !== 'learned') {
    for (const { type } of reader.events({ after: picked.seq })) if (type === 'called') kept++;
  }
  if (!isStep) return { phase: 'evaluation', kept };
  return { phase: last === 'credited' ? 'weights' : 'sampling', kept };
}

/** How a run came out. */
export interface End {
  readonly events: number;
  readonly eventHash: string;
  readonly weightsHash: string;
  readonly whole: boolean;
  readonly twice: readonly string[];
}

/** Looks at a finished run. */
export function endOf(file: string, clock: () => number): End {
  return looking(file, clock, (store) => {
    const info = store.run('latest');
    const reader = store.reader(info.id);
    const { events, eventHash, weightsHash } = summarise(info, reader, store.attempts(info.id));
    return { events, eventHash, weightsHash, whole: isWhole(store), twice: twice(reader) };
  });
}

/** Compares the end of a run that was struck with that of the one that was not. */
export function endingOf(run: Ending['run'], end: End, undisturbed: End): Ending {
  return {
    run,
    sameEvents: end.eventHash === undisturbed.eventHash,
    sameWeights: end.weightsHash === undisturbed.weightsHash,
    whole: end.whole,
    twice: end.twice,
  };
}

/** Weights that were learned twice, and calls that were recorded twice. */
function twice(reader: EventReader): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { stream, type, data } of reader.events()) {
    const learned = type === 'learned' || type === 'imitated';
    if (!learned && type !== 'called') continue;
    const name = learned ? `weights ${String(data.label)}` : `call ${stream} ${String(data.key)}`;
    if (seen.has(name)) found.push(name);
    seen.add(name);
  }
  return found;
}

/** All that the runs of a store are, metadata left out; empty where there is no file. */
export interface Contents {
  readonly events: number;
  readonly whole: boolean;
  /** Equal for equal contents. */
  readonly print: string;
}

/** Looks at everything in a store. */
export function contentsOf(file: string, clock: () => number): Contents {
  if (!existsSync(file)) return { events: 0, whole: true, print: '' };
  return looking(file, clock, (store) => {
    const runs = store.runs().map(({ id, events }) => {
      const reader = store.reader(id);
      return { id, events, hash: reader.eventHash(), blobs: reader.blobs(), removed: reader.removedBlobs() };
    });
    return {
      events: runs.reduce((sum, { events }) => sum + events, 0),
      whole: isWhole(store),
      print: JSON.stringify(runs),
    };
  });
}

/** Whether `troupe store check` finds nothing. */
function isWhole(store: Store): boolean {
  return checkStore(store, undefined, blobProblems).ok;
}

function looking<T>(file: string, clock: () => number, look: (store: Store) => T): T {
  const store = Store.open(file, { mode: 'inspect', clock });
  try {
    return look(store);
  } finally {
    store.close();
  }
}
