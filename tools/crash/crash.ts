import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { summarise } from '../../src/views/run-summary.ts';
import { checkFile, checkRun } from '../../store/integrity.ts';
import { Store } from '../../store/store.ts';

export interface CrashOptions {
  /** Store files to be made: the undisturbed run's, and the one whose writer is killed. */
  readonly calm: string;
  readonly disturbed: string;
  readonly kills: number;
  readonly seed: number;
  readonly clock: () => number;
  readonly onProgress?: (kills: number) => void;
}

/** One `kill -9`, as the store tells of it afterwards. */
export interface Kill {
  /** Events that had been announced when the signal was sent, and that were stored when the next process came. */
  readonly announced: number;
  readonly stored: number;
  /** The last event announced. */
  readonly after: string;
  /** Whether the store was whole: hash chains, blobs, SQLite's own check, no rows that belong to nothing. */
  readonly whole: boolean;
}

export interface CrashReport {
  readonly kills: readonly Kill[];
  readonly events: number;
  /** Whether the run that was killed came to the same end as the one that was not. */
  readonly sameEvents: boolean;
  readonly sameWeights: boolean;
  /** Acknowledged events that were missing afterwards; must be 0. */
  readonly lost: number;
}

interface End {
  readonly events: number;
  readonly eventHash: string;
  readonly weightsHash: string;
}

/**
 * Runs the same small training session twice: once undisturbed, once killed by SIGKILL again and again, at
 * moments spread over all of its events and a random time after each, and resumed. The store is checked after
 * every kill; the ends are compared.
 */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { calm, disturbed, kills: wanted, seed, clock, onProgress } = options;
  await finish(start(calm, seed));
  const undisturbed = endOf(calm, clock);
  const random = new RandomStream(seed, 'kills');
  const kills: Kill[] = [];
  for (;;) {
    const stored = kills.at(-1)?.stored ?? 0;
    const moment = nextMoment(wanted - kills.length, stored, undisturbed.events, random);
    const killed = await runUntil(start(disturbed, seed), moment);
    if (killed === null) break;
    kills.push({ ...killed, ...stateOf(disturbed, clock) });
    onProgress?.(kills.length);
  }
  const end = endOf(disturbed, clock);
  return {
    kills,
    events: end.events,
    sameEvents: end.eventHash === undisturbed.eventHash,
    sameWeights: end.weightsHash === undisturbed.weightsHash,
    lost: kills.reduce((sum, { announced, stored }) => sum + Math.max(0, announced - stored), 0),
  };
}

/** When a process is killed: so many milliseconds after it has announced an event like this. */
interface Moment {
  readonly isDue: (seq: number, type: string) => boolean;
  readonly delay: number;
}

/** Of the kills, the share that is spent on the cold start, and on the writing of weights. */
const COLD_SHARE = 0.12;
const WEIGHTS_SHARE = 0.15;
/** A chunk of the cold start, and a training step with its weights, take about this long, in milliseconds. */
const CHUNK = 700;
const LEARNING = 250;

function nextMoment(left: number, stored: number, events: number, random: RandomStream): Moment {
  if (left <= 0) return { isDue: () => false, delay: 0 };
  // The cold start has few events and takes long; it gets kills that count time.
  if (stored < COLD_EVENTS && random.uniform() < 1 - COLD_SHARE / 2) {
    return { isDue: () => true, delay: random.uniform() * CHUNK };
  }
  if (random.uniform() < WEIGHTS_SHARE) {
    return { isDue: (_, type) => type === 'credited', delay: random.uniform() * LEARNING };
  }
  // Even steps through what is left, so that no part of the run is spared.
  const target = stored + 1 + Math.floor(random.uniform() * ((2 * (events - stored)) / (left + 1)));
  return { isDue: (seq) => seq >= target, delay: random.uniform() * 40 };
}

/** Events of a cold start of the worker's configuration. */
const COLD_EVENTS = 7;

const WORKER = fileURLToPath(new URL('./crash-worker.ts', import.meta.url));

function start(file: string, seed: number): ChildProcess {
  return spawn(process.execPath, ['--import', import.meta.resolve('tsx'), WORKER, file, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function finish(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new InvariantError(`the undisturbed run ended with ${code}`);
}

/** Kills the child at a moment; null if it finished before. */
async function runUntil(
  child: ChildProcess,
  { isDue, delay }: Moment,
): Promise<{ announced: number; after: string } | null> {
  let announced = 0;
  let after = '(nothing)';
  let timer: NodeJS.Timeout | undefined;
  if (child.stdout === null) throw new InvariantError('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const [seq = '0', type = ''] = line.split(' ');
    announced = Number(seq);
    after = type;
    if (isDue(announced, type)) timer ??= setTimeout(() => child.kill('SIGKILL'), delay);
  }
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.exitCode === 0) return null;
  if (child.signalCode !== 'SIGKILL') {
    throw new InvariantError(`the run ended by itself with ${child.exitCode ?? child.signalCode}`);
  }
  return { announced, after };
}

/** What a store holds after a kill. */
function stateOf(file: string, clock: () => number): { stored: number; whole: boolean } {
  const store = Store.open(file, { mode: 'read', clock });
  try {
    const [run] = store.runs();
    if (run === undefined) return { stored: 0, whole: checkFile(store).length === 0 };
    const { events, problems } = checkRun(store, run.id);
    return { stored: events, whole: problems.length === 0 && checkFile(store).length === 0 };
  } finally {
    store.close();
  }
}

function endOf(file: string, clock: () => number): End {
  const store = Store.open(file, { mode: 'read', clock });
  try {
    const info = store.run('latest');
    const { events, eventHash, weightsHash } = summarise(
      info,
      store.reader(info.id),
      store.attempts(info.id),
    );
    return { events, eventHash, weightsHash };
  } finally {
    store.close();
  }
}
