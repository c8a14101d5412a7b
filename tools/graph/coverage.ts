import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import { UserError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/core/json.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { type Counts, edgeIds } from './chart.ts';
import { Folder } from './fold.ts';
import { type Subject, subjectOfSpec } from './load.ts';
import { kindOfStream } from './stream-kind.ts';

/**
 * How often each transition of a machine was taken in a run, `always` and `onDone` included, by edge id; the
 * counts of edges never taken are 0. The run may be unfinished. The streams are folded again, so the machines
 * must be those that recorded them: an event that its state does not accept is a {@link UserError}.
 *
 * Of a design, the executions with an equal spec count. Of executions in general (`subjectOf('execution')`),
 * all executions count: the frame's transitions are those of every design, and the example's own are those that
 * bear the same names in other designs.
 */
export function coverage(reader: EventReader, subject: Subject): Counts {
  const counts = new Map(subject.chart.edges.map(({ id }) => [id, 0]));
  const machines = new Machines(subject);
  const folder = new Folder();
  const count = (
    ids: ReadonlyMap<AnyTransitionDefinition, string>,
    taken: readonly AnyTransitionDefinition[],
  ) => {
    for (const transition of taken) {
      const id = ids.get(transition);
      const before = id === undefined ? undefined : counts.get(id);
      if (id !== undefined && before !== undefined) counts.set(id, before + 1);
    }
  };
  for (const stream of reader.streams()) {
    if (kindOfStream(stream) !== subject.kind) continue;
    const [first, ...answers] = reader.read(stream);
    const known = first === undefined ? null : machines.of(first);
    if (first === undefined || known === null) continue;
    const { machine, ids } = known;
    let { snapshot, taken } = folder.start(machine, first.data);
    count(ids, taken);
    for (const event of answers) {
      ({ snapshot, taken } = folder.send(machine, snapshot, { ...event.data, type: event.type }));
      if (taken.length === 0) throw misfit(event);
      count(ids, taken);
    }
  }
  return counts;
}

interface Known {
  readonly machine: AnyStateMachine;
  readonly ids: ReadonlyMap<AnyTransitionDefinition, string>;
}

/** The machine of each stream of the subject's kind; null for executions of other designs. */
class Machines {
  readonly #subject: Subject;
  readonly #own: Known;
  readonly #text: string | null;
  readonly #others = new Map<string, Known>();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#own = { machine: subject.machine, ids: edgeIds(subject.machine) };
    this.#text = subject.spec === null ? null : canonicalJson(subject.spec);
  }

  of(first: StoredEvent): Known | null {
    if (this.#text === null) return this.#own;
    const text = canonicalJson(first.data.spec);
    if (text === this.#text) return this.#own;
    if (!this.#subject.example) return null;
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const { machine } = subjectOfSpec(first.data.spec, this.#subject.library);
    const other = { machine, ids: edgeIds(machine) };
    this.#others.set(text, other);
    return other;
  }
}

function misfit({ seq, type, stream }: StoredEvent): UserError {
  return new UserError(
    'other-machines',
    `Event ${seq} (${type}, ${stream}) does not fit these machines; count coverage with the version of Troupe that recorded the run.`,
  );
}
