import { z } from 'zod';
import { must } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Completion } from './policy.ts';

/** The data of a `called` event: a completion, and how many tokens of it stand in the event's bytes. */
const calledSchema = z.object({
  key: z.string(),
  text: z.string(),
  finish: z.enum(['stop', 'length']),
  asksTool: z.boolean(),
  version: z.string(),
  promptTokens: z.number().int().min(0),
  tokens: z.number().int().min(0),
});

/** A recorded completion, and its place among the calls of its actor. */
export interface RecordedCall extends Completion {
  readonly key: string;
}

/**
 * A completion as an event. The bytes hold the token ids of the prompt and of the completion (16 bits each), then the
 * log-probabilities (32-bit floats), little-endian, as on every platform that Node runs on.
 */
export function recordCompletion(completion: Completion): { data: JsonObject; bytes: Uint8Array } {
  const { text, asksTool, finish, version, promptTokens, tokens, logProbs, reused } = completion;
  return {
    data: {
      text,
      asksTool,
      finish,
      version,
      promptTokens: promptTokens.length,
      tokens: tokens.length,
      ...(reused === undefined ? {} : { reused }),
    },
    bytes: tokenBytes(promptTokens, tokens, logProbs),
  };
}

export function tokenBytes(
  promptTokens: ArrayLike<number>,
  tokens: ArrayLike<number>,
  logProbs: ArrayLike<number>,
): Uint8Array {
  const ids = 2 * (promptTokens.length + tokens.length);
  const bytes = new Uint8Array(ids + 4 * logProbs.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < promptTokens.length; i++) view.setUint16(2 * i, promptTokens[i] ?? 0, true);
  const after = 2 * promptTokens.length;
  for (let i = 0; i < tokens.length; i++) view.setUint16(after + 2 * i, tokens[i] ?? 0, true);
  for (let i = 0; i < logProbs.length; i++) view.setFloat32(ids + 4 * i, logProbs[i] ?? 0, true);
  return bytes;
}

/** A `called` event as it was sampled. Throws for an event that is none, or whose bytes are not what it counts. */
export function recordedCall(event: {
  readonly data: JsonObject;
  readonly bytes?: Uint8Array;
}): RecordedCall {
  const { promptTokens: prompts, tokens: count, ...call } = calledSchema.parse(event.data);
  const bytes = must(event.bytes, 'the tokens of a call');
  if (bytes.length !== 2 * prompts + 6 * count) throw new RangeError('the tokens of a call are cut');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ids = (from: number, length: number) =>
    Array.from({ length }, (_, index) => view.getUint16(from + 2 * index, true));
  const logs = 2 * (prompts + count);
  return {
    ...call,
    promptTokens: ids(0, prompts),
    tokens: ids(2 * prompts, count),
    logProbs: Array.from({ length: count }, (_, index) => view.getFloat32(logs + 4 * index, true)),
  };
}
