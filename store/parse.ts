import { UserError } from '../src/core/errors.ts';
import type { JsonObject } from '../src/core/json.ts';

/** Parses a stored JSON object. Throws a {@link UserError} that says `what` is damaged. */
export function parseObject(text: string, what: () => string): JsonObject {
  if (text.length > LONGEST || isDeep(text)) {
    throw new UserError(
      'store-damaged',
      `${what()} is longer or nested deeper than anything that Troupe writes; "troupe store remove" takes the run away.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isObject(value)) return value;
  throw new UserError(
    'store-damaged',
    `${what()} does not hold a JSON object: the store was altered; restore it from a copy.`,
  );
}

/** Characters of the longest text: the credit of a step of thousands of tasks takes a tenth of it. */
const LONGEST = 64_000_000;
/** How deep a text may be nested. */
const DEEPEST = 500;

/** Whether arrays and objects are nested so deep that what walks through them runs out of stack. */
function isDeep(text: string): boolean {
  if (text.length < 2 * DEEPEST) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > DEEPEST) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** `value` comes from JSON.parse, so that an object's members are JSON all the way down. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
