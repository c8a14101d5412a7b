import { canonical, type JsonObject } from '../src/core/json.ts';
import { checkStreamName, checkType, type Head, nextHead } from './chain.ts';
import { type NewEvent, WrongVersionError } from './event-log.ts';

/** An event that an append is going to store: `text` is the canonical JSON, `data` what a reader will get from it. */
export interface PlannedEvent {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly text: string;
  readonly data: JsonObject;
  readonly bytes: Uint8Array | undefined;
  /** The hash of the stream up to and with this event. */
  readonly head: string;
}

export interface AppendPlan {
  readonly events: readonly PlannedEvent[];
  /** The new heads of the streams that the append touches. */
  readonly heads: ReadonlyMap<string, Head>;
}

/**
 * Everything about an append that does not depend on where it is stored; changes nothing. `headOf` says
 * where a stream stands. Throws {@link WrongVersionError}, InvariantError for a bad name or type, and
 * TypeError for data that JSON cannot hold.
 */
export function planAppend(events: readonly NewEvent[], headOf: (stream: string) => Head): AppendPlan {
  const heads = new Map<string, Head>();
  const types = new Set<string>();
  const planned = events.map(({ stream, expectedVersion, type, data: given, bytes }): PlannedEvent => {
    const head = heads.get(stream) ?? headOf(stream);
    if (head.version !== expectedVersion) throw new WrongVersionError(stream, expectedVersion, head.version);
    if (head.version === 0) checkStreamName(stream);
    if (!types.has(type)) checkType(type);
    types.add(type);
    // A copy, so that the actor gets now exactly what a replay will give it (-0, key order, undefined).
    const { value, text } = canonical(given);
    const data = value as JsonObject;
    const next = nextHead(head, type, text, bytes);
    heads.set(stream, next);
    return { stream, version: head.version, type, text, data, bytes, head: next.hash };
  });
  return { events: planned, heads };
}
