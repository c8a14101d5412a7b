import { z } from 'zod';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Prompt } from '../policies/prompt.ts';
import { recordedCall } from '../policies/recorded-call.ts';
import { readPrompt } from '../policies/template.ts';
import type { Tokenizer } from '../policies/tokenizer.ts';

/** One policy call as its event tells it: what was sent, and what came back. */
export interface CallView {
  /** The actor that asked, the call's name among its calls (`turn/0`), and the event's position. */
  readonly stream: string;
  readonly key: string;
  readonly seq: number;
  /** The prompt that was sent, decoded from its tokens; empty where none are recorded. */
  readonly prompt: Prompt;
  /** What was sampled, without the mark of a tool call. */
  readonly text: string;
  readonly asksTool: boolean;
  readonly finish: 'stop' | 'length';
  /** Hash of the weights that answered, or the name of another policy. */
  readonly version: string;
  /** Taken from the execution that a branch branches, or set by a fork, in place of being sampled. */
  readonly origin: 'sampled' | 'reused' | 'set';
  readonly tokens: readonly SampledToken[];
}

/** A token of a completion, special ones by name, with its natural log-probability. */
export interface SampledToken {
  readonly text: string;
  readonly logProb: number;
}

const called = z.object({
  key: z.string(),
  text: z.string(),
  asksTool: z.boolean().default(false),
  finish: z.enum(['stop', 'length']),
  version: z.string().default(''),
  reused: z.boolean().default(false),
  forced: z.boolean().default(false),
});

/** Decodes a `called` event. Nothing in it comes from the task: an agent may have read another text. */
export function readCall(event: StoredEvent, tokenizer: Tokenizer | null): CallView {
  const { reused, forced, ...said } = called.parse(event.data);
  const sampled = tokenizer === null || event.bytes === undefined ? null : recordedCall(event);
  return {
    ...said,
    stream: event.stream,
    seq: event.seq,
    prompt: tokenizer === null || sampled === null ? [] : readPrompt(sampled.promptTokens, tokenizer),
    origin: forced ? 'set' : reused ? 'reused' : 'sampled',
    tokens: (sampled?.tokens ?? []).map((id, index) => ({
      text: tokenizer?.tokens[id] ?? '',
      logProb: sampled?.logProbs[index] ?? Number.NaN,
    })),
  };
}
