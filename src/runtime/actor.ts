import { type AnyActorLogic, createActor } from 'xstate';
import type { Command, Emitted } from '../../machines/command.ts';
import { InvariantError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';

/** What the runtime needs of an XState actor; the only place besides `machines/` that touches XState. */
export interface RunningActor {
  /** Starts the actor; returns the commands it emitted. */
  start(): Command[];
  /** Sends one recorded event; returns the commands emitted in answer. */
  send(event: { readonly type: string; readonly data: JsonObject }): Command[];
  readonly done: boolean;
  /** The output, once done. */
  readonly output: JsonObject;
  readonly context: unknown;
  /** The state value as a dotted path, for people: `designerStage.rollingOut`. */
  readonly state: string;
}

/**
 * Creates an actor from a machine and the data of its stream's first event. An event that the actor's
 * state does not accept is an {@link InvariantError}: XState would ignore it, and the log would hold an
 * event that changed nothing.
 */
export function createRunningActor(logic: AnyActorLogic, stream: string, input: JsonObject): RunningActor {
  const actor = createActor(logic, { id: stream, input });
  let emitted: Command[] = [];
  let failure: unknown;
  actor.on('command', (event: Emitted) => {
    emitted.push(event.command);
  });
  // Without an observer XState would report an error of the machine on a later tick, to nobody.
  actor.subscribe({
    error: (error) => {
      failure = error;
    },
  });
  const drain = (): Command[] => {
    if (failure !== undefined) throw failure;
    const commands = emitted;
    emitted = [];
    return commands;
  };
  return {
    start() {
      actor.start();
      return drain();
    },
    send({ type, data }) {
      const event = { ...data, type };
      if (!actor.getSnapshot().can(event)) {
        throw new InvariantError(`${stream} does not accept "${type}" in state ${this.state}`);
      }
      actor.send(event);
      return drain();
    },
    get done() {
      return actor.getSnapshot().status === 'done';
    },
    get output() {
      return actor.getSnapshot().output as JsonObject;
    },
    get context() {
      return actor.getSnapshot().context;
    },
    get state() {
      return statePath(actor.getSnapshot().value);
    },
  };
}

/** A state value as text: `vote.voting.(solve1.asking|solve2.done)`. */
export function statePath(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object') return '';
  const parts = Object.entries(value).map(([name, inner]) => {
    const rest = statePath(inner);
    return rest === '' ? name : `${name}.${rest}`;
  });
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join('|')})`;
}
