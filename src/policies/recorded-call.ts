import { z } from 'zod';
import { decodeFloats, decodeIds, encodeFloats, encodeIds } from '../core/bytes.ts';
import type { JsonObject } from '../core/json.ts';
import type { Completion } from './policy.ts';

/** The data of a `called` event: a completion, its token ids and log-probabilities in base64. */
export const calledSchema = z.object({
  key: z.string(),
  text: z.string(),
  finish: z.enum(['stop', 'length']),
  asksTool: z.boolean(),
  version: z.string(),
  promptTokens: z.string(),
  tokens: z.string(),
  logProbs: z.string(),
});
export type RecordedCall = z.infer<typeof calledSchema>;

/** A completion as event data. */
export function recordCompletion(completion: Completion): JsonObject {
  const { text, asksTool, finish, version } = completion;
  return {
    text,
    asksTool,
    finish,
    version,
    promptTokens: encodeIds(completion.promptTokens),
    tokens: encodeIds(completion.tokens),
    logProbs: encodeFloats(completion.logProbs),
  };
}

/** The tokens of a recorded call. */
export function recordedTokens(call: RecordedCall) {
  return {
    promptTokens: decodeIds(call.promptTokens),
    tokens: decodeIds(call.tokens),
    logProbs: decodeFloats(call.logProbs),
  };
}
