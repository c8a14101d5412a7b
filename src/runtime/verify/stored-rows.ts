import type { EventReader } from '../../../store/event-log.ts';
import type { Problem } from '../../../store/integrity.ts';
import type { RunConfig } from '../config.ts';
import type { Divergence } from './divergence.ts';
import { executePart, type PartOptions } from './part.ts';

/**
 * What the event should say whose stored row does not fit the hash chains. Chains tell that a row was altered, not what
 * it was: the rollout of that event is executed again, which says so wherever it comes upon the difference. Where it
 * does not (a time was altered), or the rows cannot be executed at all, the chains' own finding has to do.
 */
export async function explainProblem(
  problem: Problem,
  recorded: EventReader,
  id: string,
  config: () => RunConfig,
  options: PartOptions,
): Promise<Divergence> {
  const { seq } = problem;
  const divergence: Divergence = {
    stream: problem.stream ?? '(run)',
    version: problem.version ?? 0,
    seq: seq ?? null,
    type: problem.type ?? '(none)',
    field: '(stored row)',
    recorded: problem.problem,
    executed: '(not executed: the stored rows are not as they were written)',
  };
  if (seq === undefined) return divergence;
  const to = Math.min(seq, recorded.count());
  try {
    const { found } = await executePart(recorded, id, config(), {
      ...options,
      ...{ from: to, to, sample: undefined, sampleSeed: undefined, sidecar: undefined },
    });
    if (found === null) return { ...divergence, executed: '(comes out as the event says)' };
    const { divergence: executed } = found;
    // An execution that differs elsewhere says nothing of this event.
    const there = executed.seq === null ? problem.stream === undefined : executed.seq === seq;
    return there ? { ...executed, seq } : divergence;
  } catch {
    // Nobody can say what executing altered rows runs into; that they are altered is known.
    return divergence;
  }
}
