import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import type { RunView } from './run-view.ts';

/**
 * Folds what a run has stored up to event `upTo` into an empty view: the session's events, which tell all but
 * the trees, and those of the step or evaluation that it stands in. The trees of earlier ones are not read.
 */
export function catchUp(
  view: RunView,
  reader: EventReader,
  upTo = reader.count(),
  session: readonly StoredEvent[] = reader.read('session'),
): void {
  for (const event of session) {
    if (event.seq > upTo) break;
    view.apply(event);
  }
  if (view.scope !== '') for (const event of reader.readPrefix(view.scope, { upTo })) view.apply(event);
  const now = reader.eventAt(upTo);
  if (now !== undefined) Object.assign(view, { events: upTo, lastEvent: now, lastTime: now.time });
}
