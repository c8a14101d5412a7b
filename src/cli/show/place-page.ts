import type { StoredEvent } from '../../../store/event-log.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { resolveAddress } from '../../runtime/address.ts';
import { texts } from '../../views/detail-line.ts';
import { kindOfStream } from '../../views/stream-kind.ts';
import { calledLines } from '../../views/transcript-lines.ts';
import { designPage } from './design-page.ts';
import { agentPage, executionPage } from './execution-page.ts';
import type { Shown } from './shown.ts';
import { taskPage } from './task-page.ts';
import { treesPage } from './trees-page.ts';

/** A place of a run as text; throws UserError where there is none of this address. */
export function placePage(shown: Shown, typed: string): string[] {
  const { place, event } = resolveAddress(typed, shown.reader, shown.run);
  return event === undefined ? pageOf(shown, place) : eventPage(shown, event);
}

/** The events of a place as JSON, or the one event that an address names. */
export function placeEvents({ run, reader }: Shown, typed: string): string[] {
  const { place, event } = resolveAddress(typed, reader, run);
  const events = event === undefined ? reader.readPrefix(place) : [event];
  return events.map((each) => JSON.stringify(readable(each)));
}

function pageOf(shown: Shown, place: string): string[] {
  switch (kindOfStream(place)) {
    case 'rollout':
      return taskPage(shown, place);
    case 'designer':
      return designPage(shown, place);
    case 'execution':
      return executionPage(shown, place);
    case 'agent':
      return agentPage(shown, place);
    case 'session':
    case 'evaluation':
      return shown.reader.read(place).map(({ seq, stream, type }) => `${seq}  ${stream}  ${type}`);
    case null:
      return /^(step\/\d+|eval\/[^/]+)$/.test(place) ? treesPage(shown, place) : below(shown, place);
  }
}

/** The places right below one that is no more than a part of their names. */
function below({ run, reader }: Shown, place: string): string[] {
  const { length } = place.split('/');
  const names = reader.streams(place).map((stream) => stream.split('/', length + 1).join('/'));
  return [...new Set(names)].map((name) => `${run}/${name}`);
}

/** One event: where it stands, and what it says; a call as it was sent. */
function eventPage({ run, reader, tokens }: Shown, event: StoredEvent): string[] {
  const { seq, stream, version, type, data } = event;
  return [
    `${run} event ${seq}: ${type} on ${stream}@${version}`,
    ...(type === 'called'
      ? texts(calledLines(reader, event, { tokens }))
      : JSON.stringify(data, null, 2).split('\n')),
  ];
}

/** An event with its bytes as what they stand for: tokens and log-probabilities of a call; base64 of anything else. */
function readable(event: StoredEvent): object {
  const { bytes, ...rest } = event;
  if (bytes === undefined) return rest;
  if (event.type === 'called') return { ...rest, data: recordedCall(event) };
  return { ...rest, bytes: Buffer.from(bytes).toString('base64') };
}
