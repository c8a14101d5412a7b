import type { StoredEvent } from '../../../store/event-log.ts';
import type { Effect, Effects } from '../effect.ts';
import type { RecordedStreams } from './recorded-streams.ts';

/** The effects of rollout trees, and the types of event that answer them. */
const ANSWERS = {
  call: ['called'],
  tool: ['tool.returned'],
  compile: ['compiled', 'rejected'],
  check: ['checked'],
  evaluate: ['evaluated'],
  verify: ['verified'],
} as const;

/**
 * Effects that answer as the log did wherever `taken` says so of the recorded answer, and carry out all other
 * requests. Training, credit and the choice of tasks are always carried out.
 */
export function withRecordedAnswers(
  effects: Effects,
  streams: RecordedStreams,
  taken: (answer: StoredEvent) => boolean,
): Effects {
  const replayed =
    (effect: Effect, types: readonly string[]): Effect =>
    async (request) => {
      const answer = streams
        .read(request.stream)
        .find(({ type, data }) => data.key === request.key && types.includes(type));
      if (answer === undefined || !taken(answer)) return effect(request);
      const { type, data, bytes } = answer;
      return bytes === undefined ? { type, data } : { type, data, bytes };
    };
  return {
    ...effects,
    call: replayed(effects.call, ANSWERS.call),
    tool: replayed(effects.tool, ANSWERS.tool),
    compile: replayed(effects.compile, ANSWERS.compile),
    check: replayed(effects.check, ANSWERS.check),
    evaluate: replayed(effects.evaluate, ANSWERS.evaluate),
    verify: replayed(effects.verify, ANSWERS.verify),
  };
}
