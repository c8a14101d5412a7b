import { InvariantError } from '../../src/core/errors.ts';
import type { RandomStream } from '../../src/core/random.ts';
import { startTraining, trainingEnded } from './children.ts';
import type { Blow } from './report.ts';
import { stateOf } from './store-state.ts';

export interface RunKills {
  /** A store with a run that has not begun. */
  readonly file: string;
  /** How many kills are wanted; the run may be over before. */
  readonly kills: number;
  /** Events of the whole run. */
  readonly events: number;
  readonly random: RandomStream;
  readonly clock: () => number;
  readonly onBlow: () => void;
}

/**
 * Trains to the end while SIGKILL strikes again and again, at moments spread over all of the run's events and a
 * random time after each. Looks at the store after every kill.
 */
export async function killRun(options: RunKills): Promise<Blow[]> {
  const { file, clock, onBlow } = options;
  const blows: Blow[] = [];
  for (;;) {
    const struck = await strike(file, nextMoment(options, blows.length, blows.at(-1)));
    if (struck === null) return blows;
    const { done, ...state } = stateOf(file, clock);
    blows.push({ ...struck, ...state, mended: true });
    onBlow();
    if (done) return blows;
  }
}

/**
 * How many milliseconds after what has just happened a process is killed; null: not yet. It hears of the start of the
 * process, then that the run is resumed, then of every event announced.
 */
type Moment = (type: string, seq: number) => number | null;

/** Of the kills, the share that is spent on the cold start, and the share that strikes while a process starts. */
const COLD_SHARE = 0.12;
const START_SHARE = 0.06;
/** How often a process is struck again in the learning that the one before was killed in. */
const AGAIN = 0.6;
/** Milliseconds that a process takes to start, to restore its weights and go on, to learn, and between two events. */
const STARTING = 1200;
const RESTORING = 150;
const LEARNING = 200;
const BETWEEN = 12;

function nextMoment({ kills, events, random }: RunKills, done: number, last: Blow | undefined): Moment {
  const left = kills - done;
  const [kind, fraction, delay] = [random.uniform(), random.uniform(), random.uniform()];
  if (left <= 0) return () => null;
  const isCold = done < kills * COLD_SHARE && (last === undefined || last.phase === 'cold start');
  if (kind < (isCold ? 0.3 : START_SHARE)) return (type) => (type === STARTED ? delay * STARTING : null);
  // Learning has few events and takes long; it gets kills that count time from where it begins.
  if (isCold && kind < 0.7) return (type) => (type === 'imitated' ? delay * LEARNING : null);
  if (isCold || (last?.phase === 'weights' && kind < AGAIN)) {
    return (type) => (type === 'resumed' ? delay * (RESTORING + LEARNING) : null);
  }
  // Even steps through what is left, so that no part of the run is spared; and no step learns undisturbed.
  const stored = last?.stored ?? 0;
  const target = stored + 1 + Math.floor(fraction * ((2 * (events - stored)) / (left + 1)));
  return (type, seq) => (type === 'credited' ? delay * LEARNING : seq >= target ? delay * BETWEEN : null);
}

const STARTED = 'process started';

/** Trains, and kills the process at a moment; null if it finished before. */
async function strike(file: string, moment: Moment): Promise<{ announced: number; after: string } | null> {
  const child = startTraining(file);
  let timer: NodeJS.Timeout | undefined;
  const hear = (seq: number, type: string) => {
    const delay = timer === undefined ? moment(type, seq) : null;
    if (delay !== null) timer = setTimeout(() => child.kill('SIGKILL'), delay);
  };
  hear(0, STARTED);
  const { code, signal, said, announced, after } = await trainingEnded(child, hear);
  clearTimeout(timer);
  if (code === 0) return null;
  if (signal !== 'SIGKILL') throw new InvariantError(`the run ended by itself with ${code}: ${said}`);
  return { announced, after };
}
