import { type Prompt, type SegmentKind, TOOL_CALL_MARK } from './prompt.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A prompt as the embedded policy reads it: each segment behind its special token, then the start mark. */
export function renderPrompt(prompt: Prompt, tokenizer: Tokenizer): number[] {
  return [
    ...prompt.flatMap(({ kind, text }) => [tokenizer.segment(kind), ...tokenizer.encode(text)]),
    tokenizer.say,
  ];
}

/**
 * The prompt that {@link renderPrompt} made these tokens from, with characters outside the tokenizer's alphabet as
 * `<unk>`. Tokens in front of the first segment, of which it makes none, are left out.
 */
export function readPrompt(tokens: readonly number[], tokenizer: Tokenizer): Prompt {
  const segments: { readonly kind: SegmentKind; readonly tokens: number[] }[] = [];
  for (const token of tokens) {
    const kind = tokenizer.segmentOf(token);
    if (kind !== undefined) segments.push({ kind, tokens: [] });
    else if (token !== tokenizer.say) segments.at(-1)?.tokens.push(token);
  }
  return segments.map((segment) => ({ kind: segment.kind, text: tokenizer.decode(segment.tokens) }));
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
