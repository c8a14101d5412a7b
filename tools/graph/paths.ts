import { getShortestPaths } from '@xstate/graph';
import type { ActorLogic, AnyMachineSnapshot, AnyTransitionDefinition, Snapshot } from 'xstate';
import type { Command } from '../../machines/command.ts';
import { InvariantError } from '../../src/core/errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../../src/core/json.ts';
import { statePath } from '../../src/runtime/actor.ts';
import { type Fold, Folder } from './fold.ts';
import type { Subject } from './load.ts';
import { type Sample, sampleAnswers, sampleInputs } from './samples.ts';

/** A shortest way to a final state. */
export interface Path {
  readonly final: string;
  /** What tells it apart from other ways to end there: `cause length, calls 1`. */
  readonly outcome: string;
  /** `called(turn/0): cut off`, … */
  readonly steps: readonly string[];
  readonly input: JsonObject;
  readonly events: readonly Sample[];
}

/**
 * The shortest path to every final state of a machine, one for each way to end there, found by searching all
 * sample answers to its commands in the order in which the runtime would give them. A state that refuses an
 * answer to its own command, or waits without having asked for anything, is an {@link InvariantError}.
 */
export function shortestPaths(subject: Subject): Path[] {
  const found = new Map<string, Path>();
  for (const input of sampleInputs(subject)) {
    for (const path of pathsFrom(subject, input)) {
      const end = `${path.final} (${path.outcome})`;
      const known = found.get(end);
      if (known === undefined || path.steps.length < known.steps.length) found.set(end, path);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/**
 * Paths to final states that together take every transition there is a way to take: of all shortest paths
 * to distinguishable ends, the shortest first, those that take one that none before them took.
 */
export function coveringPaths(subject: Subject): Path[] {
  const all = sampleInputs(subject).flatMap((input) => pathsFrom(subject, input));
  const taken = new Set<AnyTransitionDefinition>();
  return all
    .sort((a, b) => a.steps.length - b.steps.length || (a.steps.join() < b.steps.join() ? -1 : 1))
    .filter((path) => {
      const before = taken.size;
      for (const transition of transitionsOf(subject, path)) taken.add(transition);
      return taken.size > before;
    });
}

function transitionsOf({ machine }: Subject, { input, events }: Path): AnyTransitionDefinition[] {
  const folder = new Folder();
  let fold = folder.start(machine, input);
  const taken = [...fold.taken];
  for (const { type, data } of events) {
    fold = folder.send(machine, fold.snapshot, { ...data, type });
    taken.push(...fold.taken);
  }
  return taken;
}

/** A machine together with the commands that nobody has answered yet: a model of actor and runtime. */
type Model = Snapshot<unknown> & { readonly machine: AnyMachineSnapshot; readonly owed: readonly Command[] };

function pathsFrom(subject: Subject, input: JsonObject): Path[] {
  // The search asks for the text of each state several times over.
  const texts = new WeakMap<Model, string>();
  const textOf = (model: Model): string => {
    const text = texts.get(model) ?? serializeState(model);
    texts.set(model, text);
    return text;
  };
  const paths = getShortestPaths(modelOf(subject, input), {
    events: ({ owed: [next] }) => (next === undefined ? [] : sampleAnswers(next)),
    serializeState: textOf,
    serializeEvent: ({ type, label, data }) => `${type} ${label} ${String(data.key)}`,
    toState: ({ machine }) => machine.status === 'done',
  });
  return paths.map(({ state, steps }) => {
    // The first step is XState's own and leads into the initial state.
    const events = steps.slice(1).map(({ event }) => event);
    const { value, output } = state.machine;
    return { final: statePath(value), outcome: outcome(output), steps: events.map(labelOf), input, events };
  });
}

function modelOf(subject: Subject, input: JsonObject): ActorLogic<Model, Sample> {
  const folder = new Folder();
  const next = (owed: readonly Command[], { snapshot, commands }: Fold): Model => {
    const model = { machine: snapshot, owed: [...owed, ...commands] };
    if (snapshot.status === 'active' && model.owed.length === 0) {
      throw new InvariantError(`${subject.kind} waits for nothing in state ${statePath(snapshot.value)}`);
    }
    return { ...model, status: 'active', output: undefined, error: undefined };
  };
  return {
    getInitialSnapshot: () => next([], folder.start(subject.machine, input)),
    transition: ({ machine, owed }, { type, data }) => {
      const fold = folder.send(subject.machine, machine, { ...data, type });
      if (fold.taken.length === 0) {
        throw new InvariantError(
          `${subject.kind} does not accept "${type}" in state ${statePath(machine.value)}`,
        );
      }
      return next(owed.slice(1), fold);
    },
    getPersistedSnapshot: (model) => model,
  };
}

/** State, outstanding commands and the coarse context; with its texts, every answer would make a new state. */
function serializeState({ machine, owed }: Model): string {
  return canonicalJson([statePath(machine.value), owed.map(({ key }) => key), coarse(machine.context)]);
}

/** What machines decide by: counts, verdicts, causes and lengths, but no text. */
function coarse(value: unknown, name = ''): Json {
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'string') return name === 'cause' || name === 'role' ? value : '…';
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, coarse(member, key)]));
}

/** The numbers and the cause of an output: `score 1, calls 2`. */
function outcome(output: unknown): string {
  const members = Object.entries(typeof output === 'object' && output !== null ? output : {});
  return members
    .filter(([name, value]) => typeof value === 'number' || (name === 'cause' && value !== null))
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

function labelOf({ type, label, data }: Sample): string {
  return `${type}(${String(data.key)}): ${label}`;
}
