import { getShortestPaths } from '@xstate/graph';
import { canonicalJson, type JsonObject } from '../../src/core/json.ts';
import { statePath } from '../../src/runtime/actor.ts';
import { edgeIds } from './chart.ts';
import type { Subject } from './load.ts';
import { type Model, searchOf } from './model.ts';
import { type Sample, sampleInputs } from './samples.ts';
import { walksByTransition } from './walks.ts';

/** A way to a final state. */
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
 * answer to its own command, or waits without having asked for anything, is an `InvariantError`.
 */
export function shortestPaths(subject: Subject): Path[] {
  const found = new Map<string, Path>();
  for (const input of sampleInputs(subject)) {
    const { logic, options } = searchOf(subject, input);
    for (const { state, steps } of getShortestPaths(logic, options)) {
      // The first step is XState's own and leads into the initial state.
      const events = steps.slice(1).map(({ event }) => event);
      const path = pathOf(input, events, state);
      const end = `${path.final} (${path.outcome})`;
      const known = found.get(end);
      if (known === undefined || path.steps.length < known.steps.length) found.set(end, path);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/**
 * Paths that together take every transition of a machine that any sample answers can make it take: for each
 * transition a shortest path to a final state, in the order of the chart's edges, every path once. Searches like
 * {@link shortestPaths} and throws as it does.
 */
export function coveringPaths(subject: Subject): Path[] {
  const ids = edgeIds(subject.machine);
  const best = new Map<string, Path>();
  for (const input of sampleInputs(subject)) {
    for (const [transition, { events, final }] of walksByTransition(searchOf(subject, input))) {
      const id = ids.get(transition);
      if (id === undefined) continue; // XState's own step into the initial state
      const known = best.get(id);
      if (known === undefined || events.length < known.events.length) {
        best.set(id, pathOf(input, events, final));
      }
    }
  }
  const paths = subject.chart.edges.flatMap(({ id }) => best.get(id) ?? []);
  return [...new Map(paths.map((path) => [canonicalJson([path.input, path.steps]), path])).values()];
}

function pathOf(input: JsonObject, events: readonly Sample[], { machine }: Model): Path {
  const { value, output } = machine;
  return { final: statePath(value), outcome: outcome(output), steps: events.map(labelOf), input, events };
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
