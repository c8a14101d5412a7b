import type { EffectName } from '../../machines/command.ts';
import type { BlobChange } from '../../store/event-log.ts';
import type { JsonObject } from '../core/json.ts';

/** An effect that an actor asked for. `stream` and `key` name the place; together they are unique in a run. */
export interface EffectRequest {
  readonly stream: string;
  readonly key: string;
  readonly input: unknown;
}

/** The answer: one event for the stream of the actor that asked, and blobs stored in the same transaction. */
export interface EffectAnswer {
  readonly type: string;
  readonly data: JsonObject;
  /** What of the event is not JSON; see `NewEvent`. */
  readonly bytes?: Uint8Array;
  readonly blobs?: BlobChange;
}

/**
 * Carries out one kind of command. Its answer depends on the request, the run's seed and configuration and
 * the log only, so that a run can be executed again and compared. It may be asked for a second time after a
 * crash: what it changes outside of the log must be safe to repeat.
 */
export type Effect = (request: EffectRequest) => Promise<EffectAnswer>;
export type Effects = { readonly [name in EffectName]: Effect };
