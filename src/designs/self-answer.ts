/**
 * A role prompt that already holds an answer: a filled box, "the answer is 42", "just reply 42", a whole
 * program in a solution tag. A design describes who works on a task; one that does the task's work itself
 * would be rewarded for the designer's own answer, not for its design.
 */
export function answersItself(prompt: string): string | null {
  for (const [pattern, what] of SIGNS) {
    const found = pattern.exec(prompt);
    if (found !== null) return `${what}: "${found[0].trim().slice(0, 60)}"`;
  }
  return null;
}

const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\\boxed\{\s*[-+]?[\d.,/]+\s*\}/, 'a filled answer box'],
  [
    /\banswer(?:\s+\w+){0,3}\s*(?:is|=|:)\s*(?:exactly\s+)?["'`]?[-+]?\d[\d.,/]*["'`]?(?=\s*(?:[.!\n]|$))/i,
    'an answer',
  ],
  [
    /\b(?:output|return|print|reply|respond|say|answer)\b(?:\s+(?:with|only|just|exactly|always))*\s*:?\s*["'`]?[-+]?\d[\d.,]*["'`]?\s*(?:[.!\n]|$)/i,
    'an instruction to give an answer',
  ],
  [/<solution>[^<]*(?:def |return |=>|function )[^<]*<\/solution>/, 'a finished program'],
];
