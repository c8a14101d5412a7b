import { type Prompt, TOOL_CALL_MARK } from './prompt.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A prompt as the embedded policy reads it: each segment behind its special token, then the start mark. */
export function renderPrompt(prompt: Prompt, tokenizer: Tokenizer): number[] {
  return [
    ...prompt.flatMap(({ kind, text }) => [tokenizer.segment(kind), ...tokenizer.encode(text)]),
    tokenizer.say,
  ];
}

/** A completion as the embedded policy would sample it: a tool call behind its special token, then the end. */
export function renderCompletion(completion: string, tokenizer: Tokenizer): number[] {
  const isCall = completion.startsWith(TOOL_CALL_MARK);
  const text = isCall ? completion.slice(TOOL_CALL_MARK.length) : completion;
  return [...(isCall ? [tokenizer.segment('call')] : []), ...tokenizer.encode(text), tokenizer.end];
}

/**
 * What sampled tokens say: their text, and whether they call a tool. Only the special token in the first
 * place is a call; plain tokens that happen to spell its name are text.
 */
export function readCompletion(
  tokens: readonly number[],
  tokenizer: Tokenizer,
): { readonly text: string; readonly asksTool: boolean } {
  const asksTool = tokens[0] === tokenizer.segment('call');
  return { text: tokenizer.decode(asksTool ? tokens.slice(1) : tokens), asksTool };
}
