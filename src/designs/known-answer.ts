import { type Rational, rationalOf, rationalText, reduced } from './rational.ts';

/** A task, and its answer where there is one that a text can hold. */
export interface KnownAnswer {
  readonly task: string;
  readonly answer: string;
}

/** Numbers below this are in any role: rounds, steps, sentences. */
const SMALLEST = 13n;

/** Texts that roles ask for whatever the task is. */
const COMMON = new Set(['yes', 'no', 'true', 'false', 'none', 'null', 'correct', 'incorrect', 'valid']);

/**
 * What in a role gives the task's answer away, or null. A number is given away where the role has it and the task's
 * text has not: in digits (grouped, spaced, as a decimal, a fraction, in hexadecimal or binary), in English words, or as
 * a sum, difference, product, quotient or power of two numbers. Another text is given away where the role has it as words
 * of its own. Numbers below 13, words of the task and words such as "yes" are no leaks: a role may need them.
 */
export function leakIn(role: string, { task, answer }: KnownAnswer): string | null {
  const wanted = rationalOf(answer);
  if (wanted === null) return textIn(role, task, answer);
  if (isSmall(wanted)) return null;
  const inTask = new Set(numbersIn(task).map(({ value }) => rationalText(value)));
  if (inTask.has(rationalText(wanted))) return null;
  // A role may repeat what the task asks to be computed.
  const sums = computationsIn(role).filter(({ text }) => !task.includes(text));
  const leak = [...numbersIn(role), ...sums].find(
    ({ value }) => rationalText(value) === rationalText(wanted),
  );
  return leak?.text ?? null;
}

function textIn(role: string, task: string, answer: string): string | null {
  const [said, asked, wanted] = [role, task, answer].map(plain);
  if (said === undefined || asked === undefined || wanted === undefined) return null;
  if (wanted.length < 3 || COMMON.has(wanted) || hasWords(asked, wanted)) return null;
  if (hasWords(said, wanted)) return answer;
  return hasWords(said, [...wanted].reverse().join('')) ? `${answer}, backwards` : null;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_"'`*]+/g, ' ')
    .trim();
}

/** Whether words come in a text as words of their own. */
function hasWords(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
    const around = [text[at - 1] ?? ' ', text[at + words.length] ?? ' '];
    if (around.every((each) => !/[\p{L}\p{N}]/u.test(each))) return true;
  }
  return false;
}

interface Found {
  readonly text: string;
  readonly value: Rational;
}

/** A number in digits. */
const DIGITS = String.raw`\d+(?:,\d{3})*(?:\.\d+)?`;

function found(text: string, pattern: RegExp, read: (match: string) => Rational | null): Found[] {
  return [...text.matchAll(pattern)].flatMap(([match]) => {
    const value = read(match);
    return value === null ? [] : [{ text: match.trim(), value }];
  });
}

/** What two numbers in a text come to. */
function computationsIn(text: string): Found[] {
  const sign = String.raw`(?:\*\*|\^|[-+*/×·÷x]|\\times|\\cdot)`;
  return found(text, new RegExp(`-?${DIGITS}\\s*${sign}\\s*${DIGITS}`, 'g'), computed);
}

/** The numbers that a text gives as they are, in all the ways that {@link leakIn} names. */
function numbersIn(text: string): Found[] {
  const of = (pattern: RegExp, read: (match: string) => Rational | null) => found(text, pattern, read);
  return [
    ...of(new RegExp(`(?<![\\d.])-?${DIGITS}`, 'g'), rationalOf),
    ...of(/(?<![\d.])-?\d{1,3}(?:(?:\s|_|\{,\}|\\,)\d{3})+(?!\d)/g, (each) =>
      rationalOf(each.replace(/[^\d-]/g, '')),
    ),
    ...of(/(?<![\w.])\d(?:[\s,-]+\d(?!\d))+/g, (each) => rationalOf(each.replace(/\D/g, ''))),
    ...of(/-?\\[dt]?frac\{[^{}]*\}\{[^{}]*\}/g, rationalOf),
    ...of(/\b0(?:x[\da-f]+|b[01]+|o[0-7]+)\b/gi, (each) => ({
      above: BigInt(each.toLowerCase()),
      below: 1n,
    })),
    ...of(WORDS, worded),
  ];
}

function computed(text: string): Rational | null {
  const [, left = '', sign = '', right = ''] = /^(-?[\d.,]+)\s*(\D+?)\s*([\d.,]+)$/.exec(text) ?? [];
  const [a, b] = [rationalOf(left), rationalOf(right)];
  if (a === null || b === null) return null;
  switch (sign) {
    case '+':
      return reduced(a.above * b.below + b.above * a.below, a.below * b.below);
    case '-':
      return reduced(a.above * b.below - b.above * a.below, a.below * b.below);
    case '/':
    case '÷':
      return b.above === 0n ? null : reduced(a.above * b.below, a.below * b.above);
    case '^':
    case '**':
      return b.below !== 1n || b.above > 64n || a.above > 1_000_000n || b.above < 0n
        ? null
        : reduced(a.above ** b.above, a.below ** b.above);
    default:
      return reduced(a.above * b.above, a.below * b.below);
  }
}

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SCALES = new Map([
  ['thousand', 1000n],
  ['million', 1_000_000n],
]);
const WORD = `(?:${[...UNITS, ...TENS, 'hundred', ...SCALES.keys()].join('|')})`;
const WORDS = new RegExp(`\\b${WORD}(?:(?:[\\s-]+(?:and\\s+)?)${WORD})*\\b`, 'gi');

/** "four hundred and twenty-six" by value; digits that are named one after the other, too. */
function worded(text: string): Rational {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => word !== 'and');
  const named = words.map((word) => UNITS.indexOf(word));
  if (words.length > 1 && named.every((unit) => unit >= 0 && unit < 10)) {
    return { above: BigInt(named.join('')), below: 1n };
  }
  let [total, part] = [0n, 0n];
  for (const word of words) {
    const scale = SCALES.get(word);
    if (scale !== undefined) [total, part] = [total + (part || 1n) * scale, 0n];
    else if (word === 'hundred') part = (part || 1n) * 100n;
    else part += BigInt(UNITS.includes(word) ? UNITS.indexOf(word) : 20 + 10 * TENS.indexOf(word));
  }
  return { above: total + part, below: 1n };
}

function isSmall({ above, below }: Rational): boolean {
  return below === 1n && above < SMALLEST && above > -SMALLEST;
}
