import { pad } from '../../machines/command.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import { nearestPlace, samePlace } from './nearest-place.ts';

/** What a user's address means in a run. */
export interface Address {
  /** Name of a stream, or of the streams below it: `step/0003`. */
  readonly place: string;
  /** The event, where the address names one. */
  readonly event?: StoredEvent;
  /** The address is the event's position; the place is then the stream that it stands in. */
  readonly byPosition?: true;
}

/** Splits `latest/step/3/task/1` into the run and the place in it; without a slash, or with one at the end, the place is empty. */
export function splitAddress(typed: string): { readonly run: string; readonly place: string } {
  const name = typed.replace(/\/+$/, '');
  const cut = name.indexOf('/');
  return cut < 0 ? { run: name, place: '' } : { run: name.slice(0, cut), place: name.slice(cut + 1) };
}

/**
 * Reads an address as people type it: a position (`1234`), a place (`step/3/task/1`, `eval/before/7`), or an event of a
 * stream (`step/3/task/1@2`). Numbers need no zeros in front, a slash may stand at the end and the run's name at the
 * beginning. Throws UserError for what the run does not have, with the nearest that it has.
 */
export function resolveAddress(typed: string, reader: EventReader, run: string): Address {
  const text = typed.trim().replace(/^\/+|\/+$/g, '');
  const asked = text.startsWith(`${run}/`) ? text.slice(run.length + 1) : text.replace(/^latest\//, '');
  const other = /^(run-\d+)\//.exec(asked)?.[1];
  if (other !== undefined) {
    throw new UserError(
      'other-run',
      `"${text}" names the run ${other}, and the place is looked for in ${run}; leave the run out, or say ${run}.`,
    );
  }
  if (/^\d+$/.test(asked)) return atPosition(asked, reader, run);
  const [, name = asked, version] = /^(.+)@(\d+)$/.exec(asked) ?? [];
  const place = findPlace(name, reader);
  if (place === undefined) {
    throw unknown(run, asked, withVersion(nearestPlace(name, reader.streams()), version, reader));
  }
  if (version === undefined) return { place };
  const event = reader.read(place)[Number(version)];
  if (event === undefined) throw unknown(run, `${place}@${version}`, withVersion(place, version, reader));
  return { place, event };
}

/** A moment of a run: the position of an event, and the place to look at, which a position alone does not tell. */
export interface Moment {
  readonly seq: number;
  readonly place?: string;
}

/** The moment that an address means: of a place, its first event. Throws UserError as {@link resolveAddress} does. */
export function resolveMoment(typed: string, reader: EventReader, run: string): Moment {
  const { place, event, byPosition } = resolveAddress(typed, reader, run);
  if (event !== undefined && byPosition === true) return { seq: event.seq };
  const found = event ?? reader.read(streamAt(place, reader))[0];
  if (found === undefined) throw unknown(run, typed, '');
  return { seq: found.seq, place };
}

/** The event that an address names; throws UserError for a place, and as {@link resolveAddress} does. */
export function resolveEvent(typed: string, reader: EventReader, run: string): StoredEvent {
  const { place, event } = resolveAddress(typed, reader, run);
  if (event !== undefined) return event;
  const stream = streamAt(place, reader);
  throw new UserError(
    'no-event',
    `${place} of ${run} is a place and no event; name one of its events, ${stream}@0 to ${stream}@${reader.version(stream) - 1}.`,
  );
}

function atPosition(typed: string, reader: EventReader, run: string): Address {
  const count = reader.count();
  const event = reader.eventAt(Number(typed));
  if (event !== undefined) return { place: event.stream, event, byPosition: true };
  throw new UserError(
    'no-such-event',
    `The run ${run} has ${count} events and no event ${typed}; the nearest is ${Math.min(count, Math.max(1, Number(typed)))}.`,
  );
}

/** The place by its full name, or undefined. All streams are looked through only if it is none that machines name. */
function findPlace(typed: string, reader: EventReader): string | undefined {
  const name = padded(typed);
  if (reader.version(name) > 0 || reader.version(firstBelow(name)) > 0) return name;
  return samePlace(typed, reader.streams());
}

/** Digits of the numbers in names of streams, by the part before them. */
const DIGITS: { readonly [part: string]: number } = { step: 4, task: 3, design: 1, exec: 2 };

/** A place with its numbers as machines write them. */
function padded(typed: string): string {
  const parts = typed.split('/');
  const digits = (index: number): number => {
    if (parts[0] === 'eval' && index === 2) return 4;
    if (parts[index - 3] === 'redraw') return 2;
    return DIGITS[parts[index - 1] ?? ''] ?? 0;
  };
  return parts.map((part, index) => (/^\d+$/.test(part) ? pad(Number(part), digits(index)) : part)).join('/');
}

/** The stream that a step or an evaluation begins with. */
function firstBelow(place: string): string {
  return place.startsWith('eval/') ? `${place}/0000` : `${place}/task/000`;
}

/** The stream of a place that is one, or the first below it. */
function streamAt(place: string, reader: EventReader): string {
  return reader.version(place) > 0 ? place : (reader.streams(place)[0] ?? place);
}

/** The nearest event of the nearest place, where an event was asked for. */
function withVersion(place: string, version: string | undefined, reader: EventReader): string {
  if (version === undefined || place === '') return place;
  const stream = streamAt(place, reader);
  return `${stream}@${Math.min(Number(version), reader.version(stream) - 1)}`;
}

function unknown(run: string, asked: string, nearest: string): UserError {
  const hint = nearest === '' ? 'it has no events yet' : `the nearest is ${nearest}`;
  return new UserError('no-such-place', `The run ${run} has no ${asked}; ${hint}.`);
}
