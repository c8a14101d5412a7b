import { canonical, type JsonObject } from '../src/core/json.ts';
import type { StoredEvent } from './event-log.ts';

/**
 * An event of format 1 as format 2 has it. Rows are never rewritten: their hashes go on being true, and what
 * readers get is made when they read.
 *
 * Format 1 held the tokens of a `called` event in base64: prompt and completion as 16-bit ids, log-probabilities
 * as 32-bit floats. Format 2 has the three, one after the other, in `bytes`, and their counts in the data.
 */
export function upcast(event: StoredEvent): StoredEvent {
  if (event.type !== 'called') return event;
  const { promptTokens, tokens, logProbs } = event.data;
  if (typeof promptTokens !== 'string' || typeof tokens !== 'string' || typeof logProbs !== 'string') {
    return event;
  }
  const parts = [promptTokens, tokens, logProbs].map((text) => Buffer.from(text, 'base64'));
  const { logProbs: _, ...rest } = event.data;
  const counts = { promptTokens: (parts[0]?.length ?? 0) / 2, tokens: (parts[1]?.length ?? 0) / 2 };
  return {
    ...event,
    data: canonical({ ...rest, ...counts }).value as JsonObject,
    bytes: Buffer.concat(parts),
  };
}
