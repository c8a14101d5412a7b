import { PRE_TOKEN } from './bpe.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * A tokenizer in the layout of Hugging Face's `tokenizer.json`: a BPE model behind a splitting regular
 * expression. One difference is left to the reader: by default such tools turn the *text* `<call>` into the
 * special token, which ours never does; encode untrusted text with special tokens taken as plain text.
 */
export function tokenizerFile(tokenizer: Tokenizer) {
  const { tokens, specials } = tokenizer;
  const digits = Array.from({ length: 100 }, (_, value): [string, string] => [
    String(Math.floor(value / 10)),
    String(value % 10),
  ]);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Split',
      pattern: { Regex: PRE_TOKEN.source },
      behavior: 'Isolated',
      invert: false,
    },
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens[tokenizer.unknown],
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [...digits, ...tokenizer.toJSON().merges],
    },
  };
}
