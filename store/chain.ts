import { createHash } from 'node:crypto';
import { InvariantError } from '../src/core/errors.ts';
import { sha256 } from '../src/core/hash.ts';

/**
 * The two hash chains of design law 3. *Stream heads* chain the deterministic content of one stream and
 * nothing else, so that two runs compare equal whatever their clocks, attempts and order of appends. The
 * *chain of commits* covers the rows of a run whole, in order, an append at a time, so that any altered byte is found.
 *
 * Chained texts cannot be confused with one another: types go in as JSON strings, and neither they nor canonical
 * JSON nor the names of streams contain a line break.
 */
export interface Head {
  /** The number of events in the stream. */
  readonly version: number;
  /** The hash of all of them, 64 hex digits. */
  readonly hash: string;
}

export const EMPTY: Head = { version: 0, hash: '0'.repeat(64) };

/** What the chain of commits covers of an append: where it begins, when and by which attempt it was made. */
export interface Commit {
  readonly seq: number;
  readonly time: number;
  readonly attempt: number;
}

/** What it covers of each of its rows: the head stands for type, data, bytes and what came before. */
export interface CommittedRow {
  readonly stream: string;
  readonly version: number;
  readonly head: string;
}

/** The head of a stream after one more event; `data` is its canonical JSON. */
export function nextHead(head: Head, type: string, data: string, bytes?: Uint8Array): Head {
  const content = `${head.hash}\n${JSON.stringify(type)}\n${data}`;
  return {
    version: head.version + 1,
    hash: sha256(bytes === undefined ? content : `${content}\n${sha256(bytes)}`),
  };
}

/** The end of the chain after one more append; `previous` is its end before (at first the hash of the run's configuration). */
export function nextCommit(
  previous: string,
  { seq, time, attempt }: Commit,
  rows: readonly CommittedRow[],
): string {
  let text = `${previous}\n${seq} ${time} ${attempt}\n`;
  for (const { stream, version, head } of rows) text += `${version} ${head} ${stream}\n`;
  return sha256(text);
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

/** Parts of a name in a scope: `step/0003/task/001`. */
const SCOPE = 4;

/** The first parts of a stream's name: the rollout, or the part of one, that it is found by. */
export function scopeOf(name: string): string {
  let end = -1;
  for (let part = 0; part < SCOPE; part++) {
    end = name.indexOf('/', end + 1);
    if (end < 0) return name;
  }
  return name.slice(0, end);
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
