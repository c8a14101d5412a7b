import type { StoredEvent } from './event-log.ts';
import { parseObject } from './parse.ts';
import { seqOf } from './schema.ts';
import { upcast } from './upcast.ts';

/** An event as the store's tables hold it, with the name of its stream. */
export interface EventRow {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: string;
  readonly bytes: Buffer | null;
  readonly time: number;
  readonly attempt: number;
}

/** The columns of an {@link EventRow}, where events are `e` and streams `s`. */
export const EVENT_COLUMNS =
  'e.position, s.name AS stream, e.version, e.type, e.data, e.bytes, e.time, e.attempt';

/**
 * The event that a row holds. `oldEvents`: up to which `seq` the run was recorded in an older format. Throws
 * UserError, naming `file`, for a row that was altered.
 */
export function eventOfRow(row: EventRow, oldEvents: number, file: string): StoredEvent {
  const { position, stream, version, type, data: text, bytes, time, attempt } = row;
  const seq = seqOf(position);
  const data = parseObject(text, () => `Event ${seq} (${type}, ${stream}) in ${file}`);
  const event: StoredEvent =
    bytes === null
      ? { seq, stream, version, type, data, time, attempt }
      : { seq, stream, version, type, data, bytes, time, attempt };
  return seq <= oldEvents ? upcast(event) : event;
}
