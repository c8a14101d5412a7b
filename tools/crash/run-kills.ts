import { InvariantError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { startTraining, trainingEnded } from './children.ts';
import type { Blow } from './report.ts';
import { stateOf } from './store-state.ts';

export interface RunKills {
  /** A store with a run that has not begun. */
  readonly file: string;
  readonly kills: number;
  /** Events of the whole run. */
  readonly events: number;
  readonly seed: number;
  readonly clock: () => number;
  readonly onBlow: () => void;
}

/**
 * Trains to the end while SIGKILL strikes again and again, at moments spread over all of the run's events and a
 * random time after each. Looks at the store after every kill.
 */
export async function killRun({ file, kills, events, seed, clock, onBlow }: RunKills): Promise<Blow[]> {
  const random = new RandomStream(seed, 'kills');
  const blows: Blow[] = [];
  for (;;) {
    const stored = blows.at(-1)?.stored ?? 0;
    const struck = await strike(file, nextMoment(kills, blows.length, stored, events, random));
    if (struck === null) return blows;
    const { done, ...state } = stateOf(file, clock);
    blows.push({ ...struck, ...state, mended: true });
    onBlow();
    if (done) return blows;
  }
}

/** When a process is killed: so many milliseconds after it has announced an event like this, or was started. */
interface Moment {
  readonly isDue: (seq: number, type: string) => boolean;
  readonly delay: number;
  readonly fromStart?: boolean;
}

/** Of the kills, the share that is spent on the cold start, on starting to resume, and on learning and its weights. */
const COLD_SHARE = 0.12;
const START_SHARE = 0.06;
const WEIGHTS_SHARE = 0.15;
/** Milliseconds that a process takes to start, a chunk of the cold start, and the learning of a step. */
const STARTING = 1200;
const CHUNK = 250;
const LEARNING = 150;
/** Between two events there are a few milliseconds at most. */
const EVENTS = 40;

function nextMoment(
  kills: number,
  done: number,
  stored: number,
  events: number,
  random: RandomStream,
): Moment {
  const left = kills - done;
  if (left <= 0) return { isDue: () => false, delay: 0 };
  const kind = random.uniform();
  const fraction = random.uniform();
  const isCold = done < Math.ceil(kills * COLD_SHARE);
  if (kind < (isCold ? 0.3 : START_SHARE)) {
    return { isDue: () => false, delay: fraction * STARTING, fromStart: true };
  }
  // The cold start has few events and takes long; it gets kills that count time.
  if (isCold) return { isDue: () => true, delay: fraction * CHUNK };
  if (kind < START_SHARE + WEIGHTS_SHARE) {
    return { isDue: (_, type) => type === 'credited', delay: fraction * LEARNING };
  }
  // Even steps through what is left, so that no part of the run is spared.
  const target = stored + 1 + Math.floor(random.uniform() * ((2 * (events - stored)) / (left + 1)));
  return { isDue: (seq) => seq >= target, delay: fraction * EVENTS };
}

/** Trains, and kills the process at a moment; null if it finished before. */
async function strike(
  file: string,
  { isDue, delay, fromStart = false }: Moment,
): Promise<{ announced: number; after: string } | null> {
  const child = startTraining(file);
  const kill = () => setTimeout(() => child.kill('SIGKILL'), delay);
  let timer = fromStart ? kill() : undefined;
  const { code, signal, said, announced, after } = await trainingEnded(child, (seq, type) => {
    if (isDue(seq, type)) timer ??= kill();
  });
  clearTimeout(timer);
  if (code === 0) return null;
  if (signal !== 'SIGKILL') throw new InvariantError(`the run ended by itself with ${code}: ${said}`);
  return { announced, after };
}
