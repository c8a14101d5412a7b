/** Short names that tasks speak of; each is one token of the tokenizer where a space stands before it. */
export const NAMES = [
  'ann',
  'bob',
  'cy',
  'dee',
  'eve',
  'flo',
  'gus',
  'hal',
  'ida',
  'jo',
  'kim',
  'lou',
] as const;
