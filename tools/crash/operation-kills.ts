import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvariantError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { allOf } from './all-of.ts';
import { ended, startNode, startTroupe } from './children.ts';
import type { Blow } from './report.ts';
import { type Contents, contentsOf } from './store-state.ts';

export interface OperationKills {
  /** Kills of each operation. */
  readonly kills: number;
  /** A store with a finished run, and a file with another one to import. Neither is touched. */
  readonly store: string;
  readonly exported: string;
  /** How the folders for copies begin; they are made. */
  readonly folder: string;
  readonly seed: number;
  readonly clock: () => number;
  readonly onBlow: () => void;
}

const WORKER = new URL('./operation-worker.ts', import.meta.url);

type Operation = 'compaction' | 'import' | 'export';

/** A copy of the store, and what the operation reads or writes beside it. */
interface Place {
  readonly store: string;
  readonly other: string;
  /** The file that the operation writes. */
  readonly target: string;
}

/**
 * Kills compactions, imports and exports at random moments within the time that one takes, each on a copy of the
 * store. Afterwards the file written must be as before or as after the operation, and nothing between; and the same
 * command, given again, must come to the end that it has undisturbed.
 */
export async function killOperations(options: OperationKills): Promise<Blow[]> {
  const folder = (operation: Operation) => `${options.folder}-${operation}`;
  const blows = await allOf(
    (['compaction', 'import', 'export'] as const).map((operation) =>
      killOperation(operation, { ...options, folder: folder(operation) }),
    ),
  );
  return blows.flat();
}

async function killOperation(operation: Operation, options: OperationKills): Promise<Blow[]> {
  const { kills, seed, clock, folder, onBlow } = options;
  const random = new RandomStream(seed, operation);
  const calm = prepare(operation, options);
  const before = contentsOf(calm.target, clock);
  const { took } = await strike(operation, calm, clock, null);
  const end = contentsOf(calm.target, clock);
  const blows: Blow[] = [];
  while (blows.length < kills) {
    const place = prepare(operation, options);
    const { killed, after } = await strike(operation, place, clock, momentOf(random) * took);
    if (!killed) continue;
    const left = contentsOf(place.target, clock);
    const source = contentsOf(place.store, clock);
    const isWhole = (left.print === before.print || left.print === end.print) && left.whole && source.whole;
    blows.push({
      phase: operation,
      after: `${after}, ${left.print === end.print ? 'all' : 'nothing'} written`,
      announced: (after === 'done' ? end : before).events,
      stored: left.events,
      whole: isWhole,
      kept: 0,
      mended: await comesToSameEnd(operation, place, left, end, clock),
    });
    onBlow();
  }
  rmSync(folder, { recursive: true });
  return blows;
}

/** A share of the time that the operation takes: anywhere, or close to its beginning or its end, where it commits. */
function momentOf(random: RandomStream): number {
  const [low, high] = random.pick([
    [0, 1],
    [0, 0.1],
    [0.8, 1.4],
  ] as const);
  return low + random.uniform() * (high - low);
}

function prepare(operation: Operation, { store, exported, folder }: OperationKills): Place {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const copy = join(folder, 'store.db');
  // The last process may have been killed at its very end, and have left what it wrote in the log beside the file.
  for (const end of ['', '-wal']) if (existsSync(store + end)) cpSync(store + end, copy + end);
  const other = operation === 'import' ? exported : join(folder, 'exported.db');
  return { store: copy, other, target: operation === 'export' ? other : copy };
}

/** Carries out an operation, and kills it so many milliseconds after it began to write. */
async function strike(
  operation: Operation,
  { store, other }: Place,
  clock: () => number,
  delay: number | null,
) {
  let after = '(nothing)';
  let begun = 0;
  let took = 0;
  let timer: NodeJS.Timeout | undefined;
  const child = startNode(WORKER, operation, store, other);
  const { code, signal, said } = await ended(child, (line) => {
    after = line;
    if (line === 'done') took = clock() - begun;
    else {
      begun = clock();
      if (delay !== null) timer = setTimeout(() => child.kill('SIGKILL'), delay);
    }
  });
  clearTimeout(timer);
  if (code !== 0 && signal !== 'SIGKILL') {
    throw new InvariantError(`the ${operation} ended by itself with ${code}: ${said}`);
  }
  return { killed: signal === 'SIGKILL', after, took };
}

/** Whether the command, given again, comes to the undisturbed end and leaves nothing beside it. */
async function comesToSameEnd(
  operation: Operation,
  place: Place,
  left: Contents,
  end: Contents,
  clock: () => number,
): Promise<boolean> {
  const words = {
    compaction: ['compact'],
    import: ['import', place.other],
    export: ['export', 'latest', place.other],
  }[operation];
  const { code } = await ended(startTroupe('store', ...words, '--store', place.store));
  // An export that had come to its end says that there is such a file already.
  const expected = operation === 'export' && left.print === end.print ? 2 : 0;
  const strays = readdirSync(join(place.store, '..')).filter((name) => !/^(store|exported)\.db$/.test(name));
  const now = contentsOf(place.target, clock);
  return code === expected && now.whole && now.print === end.print && strays.length === 0;
}
