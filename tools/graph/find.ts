import { defaultLibrary, type NodeLibrary } from '../../src/designs/library.ts';
import { resolveAddress, splitAddress } from '../../src/runtime/address.ts';
import type { EventReader } from '../../store/event-log.ts';
import { type Subject, subjectOf, subjectOfDesign, subjectOfSpec } from './load.ts';

/** Where machines that are named on the command line come from. */
export interface Places {
  /** The events of a run; throws {@link UserError} if there is none of this name. */
  readonly reader: (run: string) => EventReader;
  /**
   * The spec of the design whose script is in a file, or undefined if there is no such file. Left out, names
   * are never taken for files.
   */
  readonly specOfFile?: (path: string) => unknown;
  readonly library?: NodeLibrary;
}

/**
 * A machine by what people call it: a file with a design's script, one of {@link KINDS}, or `RUN/STREAM` for a
 * recorded design. Throws {@link UserError} if it is none of these.
 */
export function findSubject(name: string, places: Places): Subject {
  const { reader, specOfFile, library = defaultLibrary() } = places;
  const spec = specOfFile?.(name);
  if (spec !== undefined) return subjectOfSpec(spec, library);
  const { run, place } = splitAddress(name);
  if (place === '') return subjectOf(name, library);
  const events = reader(run);
  return subjectOfDesign(events, resolveAddress(place, events, run).place, library);
}
