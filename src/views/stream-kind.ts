import type { ActorKind } from '../../machines/command.ts';

const KINDS: readonly (readonly [RegExp, ActorKind])[] = [
  [/^session$/, 'session'],
  [/^evaluation$/, 'evaluation'],
  [/\/agent\/[^/]+$/, 'agent'],
  [/\/exec\/\d+(\/redraw\/[^/]+\/\d+\/\d+)?$/, 'execution'],
  [/\/design\/\d+$/, 'designer'],
  [/^(step\/\d+\/task|eval\/[^/]+)\/\d+$/, 'rollout'],
];

/** Whose stream a name is: `step/0003/task/002/design/1` is a designer's. Null for no stream of an actor. */
export function kindOfStream(stream: string): ActorKind | null {
  return KINDS.find(([pattern]) => pattern.test(stream))?.[1] ?? null;
}
