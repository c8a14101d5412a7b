import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { UserError } from '../../core/errors.ts';
import { RandomStream } from '../../core/random.ts';
import { coldStartChunks, type RunConfig } from '../config.ts';
import { keptColdStart } from './training.ts';

/** What of a run is to be executed again. All of it, if nothing is said. */
export interface ScopeOptions {
  /** First and last event, by position: rollouts with events in between are executed again. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Share of the rollouts that is executed again, in percent, above 0 and at most 100. */
  readonly sample?: number | undefined;
  /** Names the sample: another seed draws another one. */
  readonly sampleSeed?: number | undefined;
  /** Greatest difference that is let pass, in nats (and relative, of figures); none if left out. */
  readonly tolerance?: number | undefined;
}

/** Refuses what makes no sense for a run of so many events, in one sentence. */
export function checkScope({ from, to, sample, sampleSeed, tolerance }: ScopeOptions, events: number): void {
  const refuse = (message: string) => {
    throw new UserError('bad-scope', message);
  };
  const [first, last] = [from ?? 1, to ?? Math.max(1, events)];
  if (first < 1 || first > Math.max(1, events) || last > Math.max(1, events)) {
    refuse(`The run has ${events} events; --from and --to take 1 to ${events}.`);
  }
  if (first > last) refuse(`--from ${first} comes after --to ${last}; name events in their order.`);
  if (sample !== undefined && !(sample > 0 && sample <= 100)) {
    refuse('A sample is a percentage above 0 and at most 100, such as 5%.');
  }
  if (tolerance !== undefined && !(tolerance > 0 && tolerance < Number.POSITIVE_INFINITY)) {
    refuse('A tolerance is a number above 0, such as 1e-3 (nats).');
  }
  if (sampleSeed !== undefined && sample === undefined) {
    refuse('--seed names a sample; give --sample too, or leave it out.');
  }
}

/** The rollout tree that a stream belongs to; null for the session. */
export function rolloutOf(stream: string): string | null {
  const [first = '', ...rest] = stream.split('/');
  const names = first === 'step' ? 3 : first === 'eval' ? 2 : 0;
  return names === 0 ? null : [first, ...rest.slice(0, names)].join('/');
}

/**
 * The part of a run that is executed again: whole rollouts, up to an event. The session is always executed, with
 * its training; only a cold start that lies before the part is taken from the log, with the weights that the run
 * keeps of it. So is every answer of other rollouts.
 */
export class Scope {
  /** The last event that is looked at. */
  readonly upTo: number;
  /** Rollouts that are executed again, and all that there are. */
  readonly rollouts: { readonly executed: number; readonly all: number };
  /** The rollouts that are executed again; null for all. */
  readonly #chosen: ReadonlySet<string> | null;
  /** The last event of a cold start that is not executed; 0 if there is none. */
  readonly #coldStart: number;

  constructor(recorded: EventReader, config: RunConfig, options: ScopeOptions) {
    const { from = 1, to = recorded.count(), sample = 100, sampleSeed = 0 } = options;
    this.upTo = to;
    const [cold] = from === 1 ? [] : keptColdStart(recorded, coldStartChunks(config)).slice(-1);
    this.#coldStart = cold !== undefined && cold.seq < from ? cold.seq : 0;
    const all = rolloutsWithin(recorded, 1, to);
    const near = from === 1 ? all : rolloutsWithin(recorded, from, to);
    const share = Math.min(near.length, Math.max(1, Math.round((near.length * sample) / 100)));
    const chosen =
      sample === 100
        ? near
        : new RandomStream(config.seed, 'verify', sampleSeed).shuffle(near).slice(0, share);
    this.rollouts = { executed: chosen.length, all: all.length };
    this.#chosen = chosen.length === all.length ? null : new Set(chosen);
  }

  /** Whether the cold start is executed. */
  get coldStart(): boolean {
    return this.#coldStart === 0;
  }

  /** Whether an event is of what is executed again of the session, or of such a rollout. */
  has({ stream, seq, type }: StoredEvent): boolean {
    if (seq > this.upTo || (type === 'imitated' && seq <= this.#coldStart)) return false;
    const rollout = this.#chosen === null ? null : rolloutOf(stream);
    return rollout === null || this.#chosen?.has(rollout) === true;
  }
}

/** Rollouts with events between two positions, sorted. */
function rolloutsWithin(recorded: EventReader, from: number, to: number): string[] {
  const whole = from === 1 && to === recorded.count();
  const streams = whole
    ? recorded.streams()
    : Array.from(recorded.events({ after: from - 1, upTo: to }), ({ stream }) => stream);
  return [...new Set(streams.flatMap((stream) => rolloutOf(stream) ?? []))].sort();
}
