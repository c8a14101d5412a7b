import type { EventReader } from '../../../store/event-log.ts';
import type { Effect } from '../effect.ts';
import { callNames } from '../fork/branch-calls.ts';

/** The executor calls that a rollout's executions made, by name: what there is to draw anew. */
export function recallEffect(log: EventReader): Effect {
  return async ({ stream }) => ({
    type: 'recalled',
    data: { calls: callNames(log, stream).map((name) => name.slice(stream.length + 1)) },
  });
}
