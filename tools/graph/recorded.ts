import type { AnyStateMachine } from 'xstate';
import { UserError } from '../../src/core/errors.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Fold, Folder } from './fold.ts';

/** What one recorded event, the first among them, did to the machine of its stream. */
export interface RecordedFold extends Fold {
  readonly event: StoredEvent;
}

/**
 * Takes a machine through the events of one stream, from its first on; the stream may be unfinished. Throws
 * {@link UserError} at an event that the machine does not accept, for then it is not the one that recorded it.
 */
export function* foldRecorded(
  folder: Folder,
  machine: AnyStateMachine,
  [first, ...answers]: readonly StoredEvent[],
): Generator<RecordedFold> {
  if (first === undefined) return;
  let fold = folder.start(machine, first.data);
  yield { ...fold, event: first };
  for (const event of answers) {
    fold = folder.send(machine, fold.snapshot, { ...event.data, type: event.type });
    if (fold.taken.length === 0) throw misfit(event);
    yield { ...fold, event };
  }
}

function misfit({ seq, type, stream }: StoredEvent): UserError {
  return new UserError(
    'other-machines',
    `Event ${seq} (${type}, ${stream}) does not fit these machines; draw the run with the version of Troupe that recorded it.`,
  );
}
