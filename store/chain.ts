import { createHash } from 'node:crypto';
import { InvariantError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';

/**
 * The two hash chains of design law 3. *Stream heads* chain the deterministic content of one stream and
 * nothing else, so that two runs compare equal whatever their clocks, attempts and order of appends. *Row
 * hashes* chain the stored rows of a run whole, in order, so that any altered byte is found.
 *
 * Chained texts cannot be confused with one another: types and names go in as JSON strings, and neither
 * they nor canonical JSON contain a line break.
 */
export interface Head {
  /** The number of events in the stream. */
  readonly version: number;
  /** The hash of all of them, 64 hex digits. */
  readonly hash: string;
}

export const EMPTY: Head = { version: 0, hash: '0'.repeat(64) };

/** What a row hash covers besides the data. */
interface RowContent {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly time: number;
  readonly attempt: number;
}

/** The head of a stream after one more event. */
export function nextHead(head: Head, type: string, data: string): Head {
  return { version: head.version + 1, hash: sha256(`${head.hash}\n${JSON.stringify(type)}\n${data}`) };
}

/**
 * The hash of a row that follows the row with hash `previous` (for the first: the hash of the run's
 * configuration). `data` is the stored text, canonical JSON.
 */
export function rowHash(previous: string, row: RowContent, data: string): string {
  const { seq, stream, version, type, time, attempt } = row;
  const names = `${JSON.stringify(stream)} ${JSON.stringify(type)}`;
  return sha256(`${previous}\n${seq} ${version} ${time} ${attempt} ${names}\n${data}`);
}

/** SHA-256 over the lines `name head` of all streams, sorted by name in code units. */
export function hashHeads(heads: readonly (readonly [name: string, hash: string])[]): string {
  const hash = createHash('sha256');
  for (const [name, head] of [...heads].sort(([a], [b]) => compareText(a, b)))
    hash.update(`${name} ${head}\n`);
  return hash.digest('hex');
}

/** Order by UTF-16 code units, as `Array.prototype.sort` has it. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a stream lies under a prefix: its name is the prefix, or begins with the prefix and a slash. */
export function isUnder(prefix: string, stream: string): boolean {
  return prefix === '' || stream === prefix || stream.startsWith(`${prefix}/`);
}

/** Throws unless `name` is one or more non-empty parts joined by slashes, well-formed and without control characters. */
export function checkStreamName(name: string): void {
  if (!/^[^/\p{Cc}]+(\/[^/\p{Cc}]+)*$/u.test(name) || !name.isWellFormed()) {
    throw new InvariantError(`${JSON.stringify(name)} is no name for a stream`);
  }
}

/** Throws unless `type` is a well-formed, non-empty text without control characters. */
export function checkType(type: string): void {
  if (!/^\P{Cc}+$/u.test(type) || !type.isWellFormed()) {
    throw new InvariantError(`${JSON.stringify(type)} is no type for an event`);
  }
}
