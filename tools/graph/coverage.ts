import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import { canonicalJson } from '../../src/core/json.ts';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { type Chart, type Counts, edgeIds, statesOf } from './chart.ts';
import { Folder } from './fold.ts';
import { type Subject, subjectOfSpec } from './load.ts';
import { foldRecorded } from './recorded.ts';
import { ChartTree } from './tree.ts';

/** What a run did with a machine. */
export interface Coverage {
  /** How often each transition was taken, by edge id; 0 for those never taken. */
  readonly transitions: Counts;
  /** The states that were entered, those passed through within one step included. */
  readonly states: ReadonlySet<string>;
}

/**
 * How often each transition of a machine was taken in a run, `always` and `onDone` included, and which states
 * it entered. The run may be unfinished. The streams are folded again, so the machines must be those that
 * recorded them: an event that its state does not accept is a {@link UserError}.
 *
 * Of a design, the executions with an equal spec count. Of executions in general (`subjectOf('execution')`),
 * all executions count: the frame's transitions are those of every design, and the example's own are those that
 * bear the same names in other designs.
 */
export function coverage(reader: EventReader, subject: Subject): Coverage {
  const counts = new Map(subject.chart.edges.map(({ id }) => [id, 0]));
  const own = new Set(statesOf(subject.chart).map(({ id }) => id));
  const states = new Set<string>();
  const seen = new Set<AnyTransitionDefinition>();
  const machines = new Machines(subject);
  const folder = new Folder();
  for (const stream of reader.streams()) {
    if (kindOfStream(stream) !== subject.kind) continue;
    const events = reader.read(stream);
    const known = events[0] === undefined ? null : machines.of(events[0]);
    if (known === null) continue;
    for (const id of known.begins) if (own.has(id)) states.add(id);
    for (const { taken } of foldRecorded(folder, known.machine, events)) {
      for (const transition of taken) {
        const edge = known.edges.get(transition);
        if (edge === undefined) continue;
        const before = counts.get(edge.id);
        if (before !== undefined) counts.set(edge.id, before + 1);
        if (seen.has(transition)) continue;
        seen.add(transition);
        for (const id of edge.enters) if (own.has(id)) states.add(id);
      }
    }
  }
  return { transitions: counts, states };
}

interface Known {
  readonly machine: AnyStateMachine;
  readonly begins: ReadonlySet<string>;
  readonly edges: ReadonlyMap<
    AnyTransitionDefinition,
    { readonly id: string; readonly enters: Iterable<string> }
  >;
}

/** The machine of each stream of the subject's kind; null for executions of other designs. */
class Machines {
  readonly #subject: Subject;
  readonly #own: Known;
  readonly #text: string | null;
  readonly #others = new Map<string, Known>();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#own = known(subject.machine, subject.chart);
    this.#text = subject.spec === null ? null : canonicalJson(subject.spec);
  }

  of(first: StoredEvent): Known | null {
    if (this.#text === null) return this.#own;
    const text = canonicalJson(first.data.spec);
    if (text === this.#text) return this.#own;
    if (!this.#subject.example) return null;
    const seen = this.#others.get(text);
    if (seen !== undefined) return seen;
    const { machine, chart } = subjectOfSpec(first.data.spec, this.#subject.library);
    const other = known(machine, chart);
    this.#others.set(text, other);
    return other;
  }
}

function known(machine: AnyStateMachine, chart: Chart): Known {
  const tree = new ChartTree(chart);
  const enters = new Map(
    chart.edges.map(({ id, target }) => [id, target === null ? [] : [...tree.entered(target)]]),
  );
  const edges = [...edgeIds(machine)].map(
    ([transition, id]) => [transition, { id, enters: enters.get(id) ?? [] }] as const,
  );
  return { machine, begins: tree.entered(chart.root.id), edges: new Map(edges) };
}
