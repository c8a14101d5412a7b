import type { PlannedEvent } from '../../../store/append-plan.ts';
import type { StoredEvent } from '../../../store/event-log.ts';
import { canonicalJson, type JsonObject } from '../../core/json.ts';
import { recordedCall } from '../../policies/recorded-call.ts';

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

/** An event that an execution came to; `text` is `data` as canonical JSON. */
export type ExecutedEvent = Pick<PlannedEvent, 'type' | 'data' | 'text' | 'bytes'>;

/** Thrown at the first event that differs from the recorded one. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  readonly divergence: Divergence;
  /** The event that the execution came to, if it came to one in that place. */
  readonly executed: ExecutedEvent | null;

  constructor(divergence: Divergence, executed: ExecutedEvent | null = null) {
    super(`${divergence.stream}@${divergence.version} differs in ${divergence.field}`);
    this.divergence = divergence;
    this.executed = executed;
  }
}

/** What an event was to say and says; null where it is as it should be. */
export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly executed: string;
}

/** Compares an event that an execution came to with the recorded one. */
export type Compare = (recorded: StoredEvent, executed: ExecutedEvent) => Difference | null;

/** Every byte of an event has to be the same. */
export const compareExactly: Compare = (recorded, executed) => {
  const { type, data, text } = executed;
  if (recorded.type !== type) return { field: 'type', recorded: recorded.type, executed: type };
  if (canonicalJson(recorded.data) !== text) {
    return firstDifference(recorded.data, data) ?? { field: '(data)', recorded: '', executed: '' };
  }
  return bytesDifference(recorded.bytes, executed);
};

/** Whether an event's bytes differ, and in what: those of a call are its tokens and log-probabilities. */
function bytesDifference(recorded: Uint8Array | undefined, executed: ExecutedEvent): Difference | null {
  const { bytes, data } = executed;
  if (recorded === undefined && bytes === undefined) return null;
  if (recorded === undefined || bytes === undefined) {
    const text = (value?: Uint8Array) => (value === undefined ? '(missing)' : `${value.length} bytes`);
    return { field: '(bytes)', recorded: text(recorded), executed: text(bytes) };
  }
  if (Buffer.compare(recorded, bytes) === 0) return null;
  const hex = (value: Uint8Array) => shorten(Buffer.from(value).toString('hex'));
  const whole = { field: '(bytes)', recorded: hex(recorded), executed: hex(bytes) };
  if (executed.type !== 'called' || recorded.length !== bytes.length) return whole;
  const values = (of: Uint8Array) => {
    const { promptTokens, tokens, logProbs } = recordedCall({ data, bytes: of });
    return { promptTokens, tokens, logProbs };
  };
  const [was, is] = [values(recorded), values(bytes)];
  return firstDifference(was, is) ?? whole;
}

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
