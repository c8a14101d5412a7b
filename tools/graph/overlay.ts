import type { AnyMachineSnapshot } from 'xstate';
import { UserError } from '../../src/core/errors.ts';
import { defaultLibrary, type NodeLibrary } from '../../src/designs/library.ts';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { edgeIds } from './chart.ts';
import { Folder } from './fold.ts';
import { short } from './label.ts';
import { type Subject, subjectOf, subjectOfSpec } from './load.ts';
import { foldRecorded } from './recorded.ts';
import { ChartTree } from './tree.ts';

/** One transition of a recorded path. */
export interface Step {
  /** 1, 2, 3, … in the order in which the transitions were taken. */
  readonly number: number;
  readonly edge: string;
  /** The `seq` of the event that caused it, and the command that the event answers. */
  readonly event: number;
  readonly key: string | null;
  /** What the event said, in at most 40 characters; only with the first transition that it caused. */
  readonly says: string | null;
}

/** The path that one recorded stream took through its machine. */
export interface Recording {
  readonly stream: string;
  readonly steps: readonly Step[];
  /** The ids of all states that were entered. */
  readonly visited: ReadonlySet<string>;
  /** The innermost states at the end of the recording. */
  readonly last: readonly string[];
  /** Whether the machine has come to its end, or the recording stops before. */
  readonly finished: boolean;
}

/**
 * The machine of a recorded stream: of an execution, its design's. Throws {@link UserError} if the run has no
 * such stream.
 */
export function subjectOfStream(
  reader: EventReader,
  stream: string,
  library: NodeLibrary = defaultLibrary(),
): Subject {
  const kind = kindOfStream(stream);
  const [first] = reader.read(stream);
  if (kind === null || first === undefined) throw unknownStream(reader, stream);
  return kind === 'execution' ? subjectOfSpec(first.data.spec, library) : subjectOf(kind, library);
}

/** Follows a stream through its machine; an event that does not fit is a {@link UserError}. */
export function recording(reader: EventReader, stream: string, { machine, chart }: Subject): Recording {
  const tree = new ChartTree(chart);
  const targets = new Map(chart.edges.map(({ id, target }) => [id, target]));
  const ids = edgeIds(machine);
  const steps: Step[] = [];
  const visited = tree.entered(chart.root.id);
  let snapshot: AnyMachineSnapshot | null = null;
  for (const fold of foldRecorded(new Folder(), machine, reader.read(stream))) {
    snapshot = fold.snapshot;
    fold.taken.forEach((transition, index) => {
      const edge = ids.get(transition);
      if (edge === undefined) return;
      const { seq, data } = fold.event;
      const key = typeof data.key === 'string' ? data.key : null;
      const says = index === 0 ? saying(fold.event) : null;
      steps.push({ number: steps.length + 1, edge, event: seq, key, says });
      const target = targets.get(edge) ?? null;
      if (target !== null) for (const id of tree.entered(target)) visited.add(id);
    });
  }
  if (snapshot === null) throw unknownStream(reader, stream);
  const inner = snapshot._nodes.filter(({ states }) => Object.keys(states).length === 0);
  const last = inner.map(({ id }) => id);
  return { stream, steps, visited, last, finished: snapshot.status === 'done' };
}

/** What an event tells, in short: a text, a cause, a verdict. The start of a stream tells nothing. */
function saying({ data, version }: StoredEvent): string | null {
  if (version === 0) return null;
  const inner = 'output' in data ? data.output : data;
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return null;
  for (const name of ['text', 'cause', 'score', 'shape', 'version']) {
    const value: unknown = Reflect.get(inner, name);
    if (typeof value === 'string' && value.trim() !== '') return short(value, 40);
    if (typeof value === 'number') return `${name} ${value}`;
  }
  return null;
}

function unknownStream(reader: EventReader, stream: string): UserError {
  const some = reader.streams().find((name) => kindOfStream(name) === 'execution') ?? reader.streams()[0];
  const hint = some === undefined ? 'the run has none yet' : `one that it has is ${some}`;
  return new UserError('unknown-stream', `There is no stream "${stream}" in this run; ${hint}.`);
}
