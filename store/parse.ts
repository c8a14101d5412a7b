import { UserError } from '../src/core/errors.ts';
import type { JsonObject } from '../src/core/json.ts';

/** Parses a stored JSON object. Throws a {@link UserError} that says `what` is damaged. */
export function parseObject(text: string, what: () => string): JsonObject {
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

/** `value` comes from JSON.parse, so that an object's members are JSON all the way down. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
