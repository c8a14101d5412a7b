/**
 * A role prompt that already holds an answer: a filled box, "the answer is 42", "just reply 42", a whole
 * program in a solution tag. A design describes who works on a task; one that does the task's work itself
 * would be rewarded for the designer's own answer, not for its design.
 *
 * @param bySigns as in runs without behaviour 41; otherwise only finished programs are looked for, and the answer itself
 * by {@link file://./known-answer.ts}
 */
export function answersItself(prompt: string, bySigns = true): string | null {
  for (const [pattern, what] of bySigns ? SIGNS : SIGNS.slice(-1)) {
    const found = pattern.exec(prompt);
    if (found !== null) return `${what}: "${found[0].trim().slice(0, 60)}"`;
  }
  return null;
}

const NUMBER = '["\'`*]*[-+]?\\d[\\d.,/]*["\'`*]*';

const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\\boxed\{\s*[-+]?[\d.,/]+\s*\}/, 'a filled answer box'],
  [
    new RegExp(
      `\\banswer(?:\\s+\\w+){0,4}\\s*(?:is|=|:)+\\s*(?:exactly\\s+)?${NUMBER}(?=\\s*(?:[.,!;\\n]|$))`,
      'i',
    ),
    'an answer',
  ],
  [
    // As an order of its own, not after a condition ("if the list is empty, return 0") or a "not".
    new RegExp(
      `(?:^|[.!:\\n]\\s*|\\b(?:just|always|only|simply|then)\\s+)(?:just\\s+|always\\s+|only\\s+|simply\\s+)*(?:output|return|print|reply|respond|say|answer)(?:\\s+(?:with|only|just|exactly|always|the|number))*\\s*:?\\s*${NUMBER}\\s*(?:[.!\\n]|$)`,
      'i',
    ),
    'an instruction to give an answer',
  ],
  [/<solution>[^<]*(?:def |return |=>|function )[^<]*<\/solution>/, 'a finished program'],
];
