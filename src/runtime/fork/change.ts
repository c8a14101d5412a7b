import { z } from 'zod';
import type { StoredEvent } from '../../../store/event-log.ts';
import { UserError } from '../../core/errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../../core/json.ts';
import { recordedCall, tokenBytes } from '../../policies/recorded-call.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';

/** One member of an event's data, by its dotted name, and the value that a fork gives it. */
export interface Change {
  readonly field: string;
  readonly value: Json;
  /** As it was written: what a text member becomes, whatever it looks like. */
  readonly raw: string;
}

/** Reads `text=…` as a user writes it: JSON where it is JSON, plain text otherwise. Throws UserError. */
export function parseChange(text: string): Change {
  const cut = text.indexOf('=');
  const field = text.slice(0, cut).trim();
  if (cut < 1 || !/^\w+(\.\w+)*$/.test(field)) {
    throw new UserError('bad-change', `--set takes FIELD=VALUE, such as text=42; "${text}" is not that.`);
  }
  const value = text.slice(cut + 1);
  try {
    return { field, raw: value, value: z.json().parse(JSON.parse(value)) };
  } catch {
    return { field, raw: value, value };
  }
}

/** What an event says. */
export interface EventContent {
  readonly data: JsonObject;
  readonly bytes?: Uint8Array;
}

/**
 * An event with some members of its data changed. What follows from a member follows along: the text of a call
 * brings its tokens (and the other way round), marked `forced`, since nobody sampled them; learning leaves
 * forced calls out. Throws UserError for a member that the event does not have, or a value of another type.
 */
export function changed(event: StoredEvent, changes: readonly Change[], tokenizer: Tokenizer): EventContent {
  if (event.type === 'imitated' || event.type === 'learned') {
    throw new UserError(
      'not-changeable',
      `${place(event)} is what training came to, and no value would change the weights; fork at an event after it.`,
    );
  }
  const data = changes.reduce<JsonObject>((before, change) => withMember(before, event, change), event.data);
  if (canonicalJson(data) === canonicalJson(event.data)) {
    throw new UserError('no-change', `${place(event)} says just that already; set it to something else.`);
  }
  return event.type === 'called' ? forced(event, data, changes, tokenizer) : { ...event, data };
}

function withMember(data: JsonObject, event: StoredEvent, change: Change): JsonObject {
  const { field, raw } = change;
  const [name = '', ...rest] = field.split('.');
  const old = data[name];
  if (old === undefined) {
    const known = Object.keys(data).join(', ');
    throw new UserError('no-such-field', `${place(event)} has no "${name}"; it has ${known}.`);
  }
  if (rest.length > 0) {
    if (typeof old !== 'object' || old === null || Array.isArray(old)) {
      throw new UserError('no-such-field', `"${name}" of ${place(event)} has no members.`);
    }
    const inner = withMember(old as JsonObject, event, { ...change, field: rest.join('.') });
    return { ...data, [name]: inner };
  }
  const value =
    typeof old === 'string' && typeof change.value !== 'string' && name !== 'tokens' ? raw : change.value;
  if (kindOf(old) !== kindOf(value) && !(event.type === 'called' && name === 'tokens')) {
    throw new UserError(
      'other-type',
      `"${name}" of ${place(event)} is ${kindOf(old)}; ${canonicalJson(value)} is ${kindOf(value)}.`,
    );
  }
  return { ...data, [name]: value };
}

/** A call that says something else than was sampled. */
function forced(
  event: StoredEvent,
  data: JsonObject,
  changes: readonly Change[],
  tokenizer: Tokenizer,
): EventContent {
  const byTokens = changes.some(({ field }) => field === 'tokens');
  const ids = byTokens
    ? tokenIds(event, data.tokens)
    : [...tokenizer.encode(String(data.text)), tokenizer.end];
  const text = byTokens ? tokenizer.decode(ids) : String(data.text);
  const { promptTokens } = recordedCall(event);
  return {
    data: { ...data, text, tokens: ids.length, forced: true },
    bytes: tokenBytes(
      promptTokens,
      ids,
      ids.map(() => 0),
    ),
  };
}

function tokenIds(event: StoredEvent, value: unknown): number[] {
  const ids = z.array(z.number().int().min(0).max(0xffff)).safeParse(value);
  if (ids.success) return ids.data;
  throw new UserError('other-type', `The tokens of ${place(event)} are a list of ids, such as [17, 4, 1].`);
}

function place({ seq, stream, version, type }: StoredEvent): string {
  return `event ${seq} (${type}, ${stream}@${version})`;
}

function kindOf(value: Json | undefined): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
