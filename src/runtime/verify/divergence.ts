import type { StoredEvent } from '../../../store/event-log.ts';
import { canonicalJson, type JsonObject } from '../../core/json.ts';

/** The first place where a re-execution and the log differ. */
export interface Divergence {
  readonly stream: string;
  readonly version: number;
  /** Position in the run, where the log has the event. */
  readonly seq: number | null;
  readonly type: string;
  /** The member of the event's data that differs, `type` or `(missing)`. */
  readonly field: string;
  readonly recorded: string;
  readonly executed: string;
}

/** Thrown at the first event that differs from the recorded one. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  readonly divergence: Divergence;
  /** Data of the event that the execution came to, if it came to one in that place. */
  readonly data: JsonObject | null;

  constructor(divergence: Divergence, data: JsonObject | null = null) {
    super(`${divergence.stream}@${divergence.version} differs in ${divergence.field}`);
    this.divergence = divergence;
    this.data = data;
  }
}

/** What an event was to say and says; null where it is as it should be. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly executed: string;
}

/** Compares an event that an execution came to with the recorded one. `text` is `data` as canonical JSON. */
export type Compare = (
  recorded: StoredEvent,
  type: string,
  data: JsonObject,
  text: string,
) => Difference | null;

/** Every byte of an event has to be the same. */
export const compareExactly: Compare = (recorded, type, data, text) => {
  if (recorded.type !== type) return { field: 'type', recorded: recorded.type, executed: type };
  if (canonicalJson(recorded.data) === text) return null;
  return firstDifference(recorded.data, data) ?? { field: '(data)', recorded: '', executed: '' };
};

/** The first member, in order of names, that two objects do not have in common. */
export function firstDifference(recorded: JsonObject, executed: JsonObject): Difference | null {
  const fields = [...new Set([...Object.keys(recorded), ...Object.keys(executed)])].sort();
  const text = (value: unknown) => (value === undefined ? '(missing)' : canonicalJson(value));
  const field = fields.find((name) => text(recorded[name]) !== text(executed[name]));
  if (field === undefined) return null;
  return { field, recorded: shorten(text(recorded[field])), executed: shorten(text(executed[field])) };
}

/** Long values, cut to what fits a line. */
export function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
