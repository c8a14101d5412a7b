/** A JSON value: all that events, commands and blobs in text form may hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** Whether a JSON value has members by name. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Canonical JSON: keys in code-unit order, no white space, `undefined` members dropped, so that equal
 * values have equal bytes and hashes (in the spirit of RFC 8785). Throws on NaN and infinities, which
 * JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  return canonical(value).text;
}

/** A value's canonical JSON, and the value as a reader of it will get it: a copy with sorted keys, without `undefined` and −0. */
export interface Canonical {
  readonly value: Json;
  readonly text: string;
}

/** Both forms of {@link canonicalJson} in one pass. Written for speed: it runs once for every event of the log. */
export function canonical(value: unknown): Canonical {
  const walk = { digits: false };
  const normal = normalise(value, walk);
  // Engines put keys that look like indexes first, whatever their order was.
  return { value: normal, text: walk.digits ? sortedText(normal) : JSON.stringify(normal) };
}

/** What is seen on the way through a value: a key that begins with a digit. */
interface Walk {
  digits: boolean;
}

function normalise(value: unknown, walk: Walk): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonical JSON cannot hold ${value}`);
      return value + 0; // −0 becomes 0
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? normalArray(value, walk) : normalObject(value, walk);
    default:
      throw new TypeError(`canonical JSON cannot hold a ${typeof value}`);
  }
}

function normalArray(items: readonly unknown[], walk: Walk): Json[] {
  const normal: Json[] = [];
  // Holes count as items.
  for (let i = 0; i < items.length; i++) {
    normal.push(items[i] === undefined ? null : normalise(items[i], walk));
  }
  return normal;
}

function normalObject(value: object, walk: Walk): JsonObject {
  const members = value as { readonly [key: string]: unknown };
  const keys = Object.keys(members);
  if (!isSorted(keys)) keys.sort();
  walk.digits ||= keys.some(beginsWithDigit);
  const normal: { [key: string]: Json } = {};
  for (const key of keys) {
    const member = members[key];
    if (member === undefined) continue;
    if (key === '__proto__') defineMember(normal, key, normalise(member, walk));
    else normal[key] = normalise(member, walk);
  }
  return normal;
}

function beginsWithDigit(key: string): boolean {
  const code = key.charCodeAt(0);
  return code >= 48 && code <= 57;
}

/** A member of that name like any other, as JSON.parse makes it. */
function defineMember(target: object, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return false;
  return true;
}

function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sortedText(member)}`).join(',')}}`;
}
