import type { EventReader } from '../../store/event-log.ts';
import { RunView } from './run-view.ts';

/** The view of a run by its session stream alone: everything but the trees. */
export function sessionView(reader: EventReader): RunView {
  const view = new RunView();
  for (const event of reader.forwards('session')) view.apply(event);
  return view;
}
