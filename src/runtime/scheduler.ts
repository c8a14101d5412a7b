import { z } from 'zod';
import type { ActorKind, Command } from '../../machines/command.ts';
import type { EventLog, NewBlob, NewEvent, StoredEvent } from '../../store/event-log.ts';
import { InvariantError, must } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunningActor } from './actor.ts';
import type { EffectAnswer, Effects } from './effect.ts';

/** Creates the actor of a kind from its stream's first event. */
export type ActorFactory = (kind: ActorKind, stream: string, input: JsonObject) => RunningActor;

export interface SchedulerOptions {
  readonly log: EventLog;
  readonly effects: Effects;
  readonly createActor: ActorFactory;
  /** Hears every batch of events after it is stored and before the actors see it. */
  readonly onEvents?: (events: readonly StoredEvent[]) => void;
}

interface Place {
  readonly stream: string;
  readonly kind: ActorKind;
  readonly actor: RunningActor;
  readonly parent: { readonly place: Place; readonly index: number; readonly key: string } | null;
  /** Commands emitted so far; command `k` is answered by event `k + 1` of the stream. */
  emitted: number;
  answered: number;
  /** Answers that arrived before their turn, by command index. */
  readonly early: Map<number, EffectAnswer>;
}

interface Opening {
  readonly stream: string;
  readonly kind: ActorKind;
  readonly input: JsonObject;
  readonly parent: Place['parent'];
}

/**
 * Drives actors, and decides nothing. It persists, then sends (law 2): commands become effects or child
 * actors, answers become events, and an actor sees an event only after the log has it. An actor's commands
 * are answered in the order in which it gave them, whoever was faster, so that the content of every stream
 * is independent of timing. A stream that is already in the log is folded instead of begun, and only what
 * its actor is still owed is carried out: recovery is the same code as running.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #openings: Opening[] = [];
  /** Places with an answer whose turn has come. */
  #ready = new Set<Place>();
  #wake: (() => void) | null = null;
  #failure: unknown;
  #stopped = false;
  #gate: Promise<void> | null = null;
  #openGate: (() => void) | null = null;
  #root: Place | null = null;
  #inFlight = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** The root actor, once there is one. */
  get root(): RunningActor | null {
    return this.#root?.actor ?? null;
  }

  /** Runs the root actor to its end, or until {@link stop}. Returns its output, or null when stopped. */
  async run(kind: ActorKind, stream: string, input: JsonObject): Promise<JsonObject | null> {
    this.#openings.push({ stream, kind, input, parent: null });
    while (!this.#stopped) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#root?.actor.done === true) return this.#root.actor.output;
      if (this.#gate !== null) await this.#gate;
      else if (this.#openings.length > 0 || this.#ready.size > 0) this.#tick();
      else await this.#sleep().then(nextTurn);
    }
    return null;
  }

  /** Ends {@link run} after the tick in progress; everything appended stays, everything else is redone. */
  stop(): void {
    this.#stopped = true;
    this.resume();
    this.#wake?.();
  }

  /** Holds back new work until {@link resume}; effects under way finish. */
  pause(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  resume(): void {
    this.#openGate?.();
    this.#gate = null;
    this.#openGate = null;
  }

  get paused(): boolean {
    return this.#gate !== null;
  }

  /** One transaction: everything that is ready becomes events, and only then do actors hear of it. */
  #tick(): void {
    const openings = this.#openings;
    const ready = this.#ready;
    this.#openings = [];
    this.#ready = new Set();

    const events: NewEvent[] = [];
    /** What to do once `events[i]` is stored, with the event as a replay will read it. */
    const then: ((stored: StoredEvent) => void)[] = [];
    const put: NewBlob[] = [];
    const drop: string[] = [];
    const recovered: Opening[] = [];
    for (const opening of openings) {
      const { stream, input } = opening;
      if (this.#options.log.version(stream) > 0) recovered.push(opening);
      else {
        events.push({ stream, expectedVersion: 0, type: 'started', data: input });
        then.push((stored) => this.#begin(opening, stored.data));
      }
    }
    for (const place of ready) {
      for (let answer = take(place); answer !== undefined; answer = take(place)) {
        const { type, data, bytes, blobs } = answer;
        events.push({ stream: place.stream, expectedVersion: place.answered, type, data, bytes });
        then.push((stored) => this.#dispatch(place, place.actor.send(stored)));
        put.push(...(blobs?.put ?? []));
        drop.push(...(blobs?.drop ?? []));
      }
    }
    if (events.length > 0) {
      const stored = this.#options.log.append(events, { put, drop });
      this.#options.onEvents?.(stored);
      stored.forEach((event, index) => {
        then[index]?.(event);
      });
    }
    for (const place of ready) this.#finish(place);
    for (const opening of recovered) this.#recover(opening);
  }

  #begin(opening: Opening, input: JsonObject): void {
    const place = this.#place(opening, input);
    this.#dispatch(place, place.actor.start());
    this.#finish(place);
  }

  /** Folds a stream of an earlier attempt into a fresh actor, then carries out what it is still owed. */
  #recover(opening: Opening): void {
    const [first, ...answers] = this.#options.log.read(opening.stream);
    const place = this.#place(opening, must(first, `an event in ${opening.stream}`).data);
    const commands = place.actor.start();
    for (const event of answers) commands.push(...place.actor.send(event));
    place.answered = answers.length;
    place.emitted = answers.length;
    if (commands.length < answers.length) {
      throw new InvariantError(`${opening.stream} holds more answers than its actor gave commands`);
    }
    this.#dispatch(place, commands.slice(answers.length));
    this.#finish(place);
  }

  #place(opening: Opening, input: JsonObject): Place {
    const { stream, kind, parent } = opening;
    const actor = this.#options.createActor(kind, stream, input);
    const place: Place = { stream, kind, actor, parent, emitted: 0, answered: 0, early: new Map() };
    this.#root ??= place;
    return place;
  }

  #dispatch(place: Place, commands: readonly Command[]): void {
    for (const command of commands) {
      const index = place.emitted++;
      if (command.type === 'open') {
        // A session and an evaluation name their rollouts in full; everyone else's children stand below them.
        const base = place.kind === 'session' || place.kind === 'evaluation' ? '' : `${place.stream}/`;
        this.#openings.push({
          stream: `${base}${command.key}`,
          kind: command.actor,
          input: command.input as JsonObject,
          parent: { place, index, key: command.key },
        });
        continue;
      }
      const { effect, key, input } = command;
      this.#inFlight++;
      this.#options.effects[effect]({ stream: place.stream, key, input }).then(
        (answer) => {
          this.#inFlight--;
          this.#arrive(place, index, { ...answer, data: { ...answer.data, key } });
        },
        (error: unknown) => {
          this.#inFlight--;
          this.#failure ??= ownFailure(effect, error);
          this.#wake?.();
        },
      );
    }
  }

  /** A child's final output is the answer to its parent's `open`. */
  #finish(place: Place): void {
    if (!place.actor.done || place.parent === null) return;
    const { parent, kind, stream } = place;
    this.#arrive(parent.place, parent.index, {
      type: `${kind}.finished`,
      data: { key: parent.key, output: place.actor.output, cause: `${stream}@${place.answered}` },
    });
    if (kind === 'rollout') this.#options.log.forget(stream);
  }

  #arrive(place: Place, index: number, answer: EffectAnswer): void {
    place.early.set(index, answer);
    if (index !== place.answered) return;
    this.#ready.add(place);
    this.#wake?.();
  }

  #sleep(): Promise<void> {
    if (this.#inFlight === 0) {
      throw new InvariantError('the run is not over, yet no actor waits for anything');
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }
}

/** Lets all that has arrived in the meantime be heard, so that one transaction holds as much as it can. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The next answer of a place, if its turn has come. */
function take(place: Place): EffectAnswer | undefined {
  const answer = place.early.get(place.answered);
  if (answer === undefined) return undefined;
  place.early.delete(place.answered);
  place.answered++;
  return answer;
}

/** What an effect failed with. Actors and effects speak to each other alone: what one of them misreads is a defect of ours. */
function ownFailure(effect: string, error: unknown): unknown {
  if (!(error instanceof z.ZodError)) return error;
  return new InvariantError(`the effect ${effect} was asked something else than it reads: ${error.message}`, {
    cause: error,
  });
}
