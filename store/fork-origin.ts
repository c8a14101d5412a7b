import { z } from 'zod';
import type { JsonObject } from '../src/core/json.ts';

/** Where a run branched off another one: the first event that is not the parent's, and its place. */
export interface ForkOrigin {
  /** The parent's name in the store where the fork was made. */
  readonly parent: string;
  /** Position of the event in the run. */
  readonly at: number;
  readonly stream: string;
  readonly version: number;
  /** Events that the fork was made with; what it comes to itself follows them. */
  readonly given: number;
}

const fork = z.looseObject({
  parent: z.string(),
  at: z.number(),
  stream: z.string(),
  version: z.number(),
  set: z.boolean(),
});
const forked = z.looseObject({ forks: z.array(fork) });

/** The origin of a run with this configuration; undefined if it is no fork. */
export function forkOrigin(config: JsonObject): ForkOrigin | undefined {
  const parsed = forked.safeParse(config);
  // A fork of a fork names both, the later one last.
  const last = parsed.success ? parsed.data.forks.at(-1) : undefined;
  if (last === undefined) return undefined;
  const { parent, at, stream, version, set } = last;
  // An event that was set is put there when the fork is made.
  return { parent, at, stream, version, given: set ? at : at - 1 };
}

/** Whether a run is a fork that has not run: all it has is what it was made with. */
export function hasNotRun(
  origin: ForkOrigin | undefined,
  { events, status }: { readonly events: number; readonly status: string },
): boolean {
  // One that branched off at the very end may be over without an event of its own.
  return origin !== undefined && events <= origin.given && status !== 'done';
}
