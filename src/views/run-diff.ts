import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';

/** Where two runs part, and how far they are the same. */
export interface RunDiff {
  /** Events that both have, place for place and word for word. */
  readonly shared: number;
  /** Events of each that the other does not have, or has otherwise. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** The first event of the first run, in its order, that the second does not have; null if it has all. */
  readonly parting: Parting | null;
  /** Streams in which both have events that differ, the earliest first. */
  readonly streams: readonly string[];
}

export interface Parting {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly seq: { readonly a: number | null; readonly b: number | null };
  /** The member of the data that differs, `type`, or `(event)` where one of the two has none. */
  readonly field: string;
  readonly a: string;
  readonly b: string;
}

/** Streams of a diff that are named. */
const NAMED = 20;

/** Compares two runs event by event, by place (stream and version), whatever the order in which they were appended. */
export function diffRuns(a: EventReader, b: EventReader): RunDiff {
  const other = new Map<string, string>();
  for (const event of b.events()) other.set(placeOf(event), contentOf(event));
  let shared = 0;
  let onlyA = 0;
  let parting: Parting | null = null;
  const streams: string[] = [];
  for (const event of a.events()) {
    const place = placeOf(event);
    const there = other.get(place);
    if (there === contentOf(event)) {
      shared++;
      other.delete(place);
      continue;
    }
    onlyA++;
    parting ??= partingAt(event, b.read(event.stream)[event.version]);
    if (there !== undefined && streams.length < NAMED && streams.at(-1) !== event.stream) {
      streams.push(event.stream);
    }
  }
  return { shared, onlyA, onlyB: other.size, parting, streams: [...new Set(streams)] };
}

function placeOf({ stream, version }: StoredEvent): string {
  return `${stream}@${version}`;
}

function contentOf({ type, data }: StoredEvent): string {
  return sha256(`${type}\n${canonicalJson(data)}`);
}

function partingAt(event: StoredEvent, there: StoredEvent | undefined): Parting {
  const { stream, version, type, seq } = event;
  const place = { stream, version, type, seq: { a: seq, b: there?.seq ?? null } };
  if (there === undefined) {
    return { ...place, field: '(event)', a: brief(canonicalJson(event.data)), b: '(no such event)' };
  }
  if (there.type !== type) return { ...place, field: 'type', a: type, b: there.type };
  const text = (value: unknown) => (value === undefined ? '(missing)' : canonicalJson(value));
  const names = [...new Set([...Object.keys(event.data), ...Object.keys(there.data)])].sort();
  // What was said tells people more than the tokens that say it.
  const differing = names.filter((name) => text(event.data[name]) !== text(there.data[name]));
  const field = differing.find((name) => name === 'text') ?? differing[0] ?? '(data)';
  return { ...place, field, a: brief(text(event.data[field])), b: brief(text(there.data[field])) };
}

function brief(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
