import type { CallRequest, Completion, Policy } from './policy.ts';
import { readCompletion, renderCompletion, renderPrompt } from './template.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * A policy that says what a function says, for tests, demos and fixed designs. Every token is certain:
 * log-probability 0. Completions longer than `maxTokens` are cut off like anybody's.
 */
export class ScriptedPolicy implements Policy {
  readonly #respond: (request: CallRequest) => string;
  readonly #tokenizer: Tokenizer;

  constructor(respond: (request: CallRequest) => string, tokenizer: Tokenizer) {
    this.#respond = respond;
    this.#tokenizer = tokenizer;
  }

  async complete(request: CallRequest): Promise<Completion> {
    const whole = renderCompletion(this.#respond(request), this.#tokenizer);
    const tokens = whole.slice(0, request.sampler.maxTokens);
    return {
      ...readCompletion(tokens, this.#tokenizer),
      promptTokens: renderPrompt(request.prompt, this.#tokenizer),
      tokens,
      logProbs: tokens.map(() => 0),
      finish: tokens.length === whole.length ? 'stop' : 'length',
      version: 'scripted',
    };
  }

  async close(): Promise<void> {}
}
