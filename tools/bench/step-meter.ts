import type { EffectName } from '../../machines/command.ts';
import type { Effect, Effects } from '../../src/runtime/effect.ts';
import type { ActorFactory } from '../../src/runtime/scheduler.ts';
import type { EventLog } from '../../store/event-log.ts';
import { now } from './measure.ts';

/** Seconds of one training step, by part; see `StepFigures` for what the parts are. */
export interface StepTimes {
  total: number;
  pick: number;
  rollout: number;
  credit: number;
  learn: number;
  log: number;
  actors: number;
  sampling: number;
  sandbox: number;
  mainThread: number;
}

/** Time for which at least one of several overlapping things was under way. */
class Overlap {
  #open = 0;
  #since = 0;

  enter(): void {
    if (this.#open++ === 0) this.#since = now();
  }

  /** Seconds to add: those of the whole span, if this was the last thing under way. */
  leave(): number {
    return --this.#open === 0 ? now() - this.#since : 0;
  }
}

/** What an effect's time counts as. */
const PART_OF: { readonly [name in EffectName]: keyof StepTimes | null } = {
  call: 'sampling',
  tool: 'sandbox',
  compile: 'sandbox',
  check: 'sandbox',
  evaluate: 'sandbox',
  verify: 'sandbox',
  pick: 'pick',
  credit: 'credit',
  learn: 'learn',
  recall: 'credit',
  imitate: null,
};

/**
 * Times the training steps of a run from the outside, through the three things that a scheduler is given:
 * its log, its effects and its actors. A step lasts from the moment its tasks are asked for until the next
 * tasks are; what happens outside of steps is not counted.
 */
export class StepMeter {
  readonly steps: StepTimes[] = [];
  readonly #onStep: () => void;
  readonly #overlaps = new Map<keyof StepTimes, Overlap>();
  #step: StepTimes | null = null;
  #start = 0;
  /** When the step's tasks were picked, until credit is first asked for; a coupled step asks once per role. */
  #picked: number | null = null;
  #load = performance.eventLoopUtilization();

  /** `onStep` hears of every finished step. */
  constructor(onStep: () => void) {
    this.#onStep = onStep;
  }

  /** Times the appends of a log, in place. */
  watchLog(log: EventLog): void {
    const append = log.append.bind(log);
    log.append = (events, blobs) => this.#time('log', () => append(events, blobs));
  }

  /** The factory, with the making, starting and sending of its actors timed. */
  actors(create: ActorFactory): ActorFactory {
    return (kind, stream, input) => {
      const actor = this.#time('actors', () => create(kind, stream, input));
      const start = actor.start.bind(actor);
      const send = actor.send.bind(actor);
      actor.start = () => this.#time('actors', start);
      actor.send = (event) => this.#time('actors', () => send(event));
      return actor;
    };
  }

  /** The effects, each timed while it is outstanding. */
  effects(effects: Effects): Effects {
    const timed = (name: EffectName): Effect => this.#effect(name, effects[name]);
    return {
      call: timed('call'),
      tool: timed('tool'),
      compile: timed('compile'),
      check: timed('check'),
      evaluate: timed('evaluate'),
      verify: timed('verify'),
      pick: timed('pick'),
      recall: timed('recall'),
      imitate: timed('imitate'),
      credit: timed('credit'),
      learn: timed('learn'),
    };
  }

  #effect(name: EffectName, effect: Effect): Effect {
    const part = PART_OF[name];
    return async (request) => {
      if (name === 'pick') this.#turn(request.key.startsWith('step/'));
      if (name === 'credit' && this.#step !== null && this.#picked !== null) {
        this.#step.rollout += now() - this.#picked;
        this.#picked = null;
      }
      if (part === null || this.#step === null) return effect(request);
      const overlap = this.#overlaps.get(part) ?? new Overlap();
      this.#overlaps.set(part, overlap);
      overlap.enter();
      try {
        return await effect(request);
      } finally {
        this.#step[part] += overlap.leave();
        if (name === 'pick') this.#picked = now();
      }
    };
  }

  /** Ends the step in progress and begins the next, if what is picked for is a step. */
  #turn(isStep: boolean): void {
    const load = performance.eventLoopUtilization(this.#load);
    if (this.#step !== null) {
      this.#step.total = now() - this.#start;
      this.#step.mainThread = load.active / 1000;
      this.steps.push(this.#step);
      this.#onStep();
    }
    this.#load = performance.eventLoopUtilization();
    this.#start = now();
    this.#step = isStep ? nothing() : null;
  }

  #time<T>(part: keyof StepTimes, work: () => T): T {
    if (this.#step === null) return work();
    const start = now();
    try {
      return work();
    } finally {
      this.#step[part] += now() - start;
    }
  }
}

function nothing(): StepTimes {
  return {
    total: 0,
    pick: 0,
    rollout: 0,
    credit: 0,
    learn: 0,
    log: 0,
    actors: 0,
    sampling: 0,
    sandbox: 0,
    mainThread: 0,
  };
}
