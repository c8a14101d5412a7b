import { z } from 'zod';
import type { EventReader } from '../../../store/event-log.ts';
import { sessionView } from '../../views/session-view.ts';
import type { Effect, Effects } from '../effect.ts';

/**
 * What only a wall clock stopped is decided once, when it is recorded: executed again it might end otherwise.
 * These effects answer such requests as the log did, and carry out all others.
 */
export function withRecordedKills(effects: Effects, recorded: EventReader): Effects {
  // The session counts the kills of finished rollouts; those of an interrupted run may be further down.
  const { killed, phase } = sessionView(recorded);
  if (killed === 0 && phase === 'done') return effects;
  const kills = new Map<string, { type: string; data: z.infer<typeof killSchema> }>();
  for (const { stream, type, data } of recorded.events()) {
    const kill = killSchema.safeParse(data);
    if (kill.success && isKill(kill.data)) kills.set(`${stream} ${kill.data.key}`, { type, data: kill.data });
  }
  const replayed =
    (effect: Effect): Effect =>
    async (request) =>
      kills.get(`${request.stream} ${request.key}`) ?? effect(request);
  const { tool, compile, check, evaluate, verify } = effects;
  return {
    ...effects,
    tool: replayed(tool),
    compile: replayed(compile),
    check: replayed(check),
    evaluate: replayed(evaluate),
    verify: replayed(verify),
  };
}

const killSchema = z.record(z.string(), z.json()).and(z.object({ key: z.string() }));

/** `killed: true` on checks, values and verdicts; the failure of a tool call; the cause of a rejected script. */
function isKill({ killed, failure, cause }: z.infer<typeof killSchema>): boolean {
  return killed === true || failure === 'killed' || cause === 'killed';
}
