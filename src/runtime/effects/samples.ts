import { redrawPlace } from '../../../machines/redraw.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { must } from '../../core/errors.ts';
import type { StepCredit } from '../../credit/credit.ts';
import type { TrainingSequence } from '../../learning/batches.ts';
import type { Role } from '../../policies/prompt.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { stepPrefix } from '../recorded-credit.ts';

/** A call of the log as a sequence to learn from. */
export interface LoggedSequence {
  readonly role: Role;
  readonly sequence: TrainingSequence;
}

/** Calls of a step by `stream#key`, without those of branches. */
export type CallIndex = ReadonlyMap<string, LoggedSequence>;

export function readCalls(log: EventReader, step: number): CallIndex {
  const calls: [name: string, call: LoggedSequence][] = [];
  for (const event of log.readPrefix(stepPrefix(step))) {
    if (event.type !== 'called' || redrawPlace(event.stream) !== null) continue;
    const { stream } = event;
    const { key, promptTokens, ...sampled } = recordedCall(event);
    const role = stream.includes('/agent/') ? 'executor' : 'designer';
    // What a fork put into a call's mouth was not sampled.
    const { tokens, logProbs } = event.data.forced === true ? { tokens: [], logProbs: [] } : sampled;
    calls.push([`${stream}#${key}`, { role, sequence: { promptTokens, tokens, logProbs, advantage: 0 } }]);
  }
  // By name: the order in which streams were written is nobody's business (law 3).
  return new Map(calls.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The sequences that a role learns from: those that the credit names with an advantage other than 0, or all of the role's where
 * they have a price besides (`all`). Calls that sampled nothing are left out.
 */
export function learnedFrom(
  role: Role,
  credit: StepCredit,
  calls: CallIndex,
  all: boolean,
): TrainingSequence[] {
  const credited = credit.samples.map(({ stream, key, advantage }) => {
    const name = `${stream}#${key}`;
    return [name, { ...must(calls.get(name), `the call ${name}`).sequence, advantage }] as const;
  });
  const named = new Set(credited.map(([name]) => name));
  const others = all ? [...calls].filter(([name, call]) => call.role === role && !named.has(name)) : [];
  return [...credited.map(([, sequence]) => sequence), ...others.map(([, { sequence }]) => sequence)].filter(
    (sequence) => sequence.tokens.length > 0 && (all || sequence.advantage !== 0),
  );
}
