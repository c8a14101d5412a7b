import type { EventReader } from '../../../store/event-log.ts';
import type { Effect } from '../effect.ts';
import { recordedCalls } from '../fork/branch-calls.ts';

/** The executor calls that a rollout's executions made, by name: what there is to draw anew. */
export function recallEffect(log: EventReader): Effect {
  return async ({ stream }) => {
    const calls = [...recordedCalls(log, stream)].filter(([, { tokens }]) => tokens.length > 0);
    return { type: 'recalled', data: { calls: calls.map(([name]) => name.slice(stream.length + 1)) } };
  };
}
