import { answerOf } from './answer.ts';
import { rationalOf, rationalText } from './rational.ts';

/**
 * What an answer is, decided here for verdicts, votes, feedback, critics and dry runs alike. Runs recorded before
 * behaviour 40 decide by `normalAnswer`, `accepts` and the text as it stands.
 */

/** What a task asks for. */
export type Wanted = 'integer' | 'text' | 'program';

/**
 * The deliverable in a text, for a verifier. `\boxed{…}` and `<solution>…</solution>` are unwrapped, and fences are
 * taken off; where an integer is asked for, a marked number is written as its value (`\boxed{84/2}` is 42). A text without
 * any mark is left as it stands.
 */
export function deliverable(text: string, wanted: Wanted): string {
  if (wanted === 'program') return withoutFence(solutionOf(text) ?? answerOf(text)).trim();
  const answer = withoutFence(answerOf(text)).trim();
  if (answer === text.trim() && !answer.includes('$')) return text;
  const number = wanted === 'integer' ? rationalOf(answer) : null;
  return number?.below === 1n ? `${number.above}` : answer.replace(/^\$+|\$+$/g, '').trim();
}

/**
 * What an execution hands to its verifier: its answer, or, where a checker's verdict stands in place of one ("Looks
 * right. FINAL VERDICT: CORRECT"), the last text in sight with a deliverable in it.
 *
 * @param inSight all answers of the execution, oldest first
 */
export function replyOf(text: string, inSight: readonly string[]): string {
  if (isMarked(text) || verdictOf(text) === null) return text;
  return inSight.findLast(isMarked) ?? text;
}

/**
 * Equal for answers that say the same: numbers by value (fractions and decimals too), programs without comments and
 * the white space around their lines, other text without `$` and white space beside signs. Votes are counted by this.
 */
export function sameAnswer(text: string): string {
  const answer = withoutFence(answerOf(text)).trim();
  const number = rationalOf(answer);
  if (number !== null) return rationalText(number);
  if (isProgram(answer)) return lines(withoutComments(answer)).join('\n') || answer;
  return answer
    .replace(/\$|\\[,;!]/g, '')
    .replace(/\\[dt]frac(?![a-z])/g, '\\frac')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/(?<![\p{L}\p{N}]) | (?![\p{L}\p{N}])/gu, '');
}

/** Whether a critic's text accepts what it was shown, by its {@link verdictOf verdict}. */
export function isAcceptance(critique: string): boolean {
  return verdictOf(critique) === 'accepted';
}

/**
 * The verdict that a text ends with, in the formats that scripts ask for: a line of its own, or what follows
 * "verdict:"; in a bullet, in bold, with a full stop, and with closing lines after it that take nothing back. Null
 * where there is none. "INCORRECT", "not correct" and "CORRECT or INCORRECT" are no acceptance.
 */
export function verdictOf(text: string): 'accepted' | 'refused' | null {
  const said = lines(text);
  for (const [index, line] of said
    .slice(-CLOSING_LINES - 1)
    .reverse()
    .entries()) {
    const words = line
      .toLowerCase()
      .replace(/^(?:[-*+•>#]|\d+[.)])\s+/, '')
      .replace(/[*_`#>"'.!|[\]]/g, ' ');
    const labelled = LABELLED.exec(words)?.[1];
    // Without a label a line is a verdict only if it is nothing else, and at most one line follows it.
    const verdict = labelled ?? (index <= 1 ? BARE.exec(words)?.[1] : undefined);
    if (verdict !== undefined) {
      return /^(?:correct|accept|accepted|ok|pass|passed|approved)$/.test(verdict) ? 'accepted' : 'refused';
    }
    if (RESERVATION.test(words)) return null;
  }
  return null;
}

/** Lines that may follow a verdict. */
const CLOSING_LINES = 2;

const LABELLED =
  /\bverdict\s*(?:is\s*)?[:=–—-]\s*((?:not\s+)?(?:correct|accepted|accept|ok|approved|passed|pass)|incorrect|rejected|reject|failed|fail|wrong)\s*$/;
const BARE = /^\s*(?:(?:final\s+)?verdict\s+)?((?:not\s+)?correct|incorrect|accepted|accept|ok)\s*$/;

/** A closing line that says one of these takes the verdict back. */
const RESERVATION =
  /\b(?:but|however|wait|except|although|unless|incorrect|wrong|error|errors|mistake|not|no|fix|should|must|verdict)\b/;

function isMarked(text: string): boolean {
  return answerOf(text) !== text.trim();
}

function solutionOf(text: string): string | null {
  const start = text.lastIndexOf('<solution>');
  if (start < 0) return null;
  const end = text.indexOf('</solution>', start);
  return text.slice(start + '<solution>'.length, end < 0 ? undefined : end);
}

/** What stands in the last closed fence, where a text has one. */
function withoutFence(text: string): string {
  const fences = [...text.matchAll(/^[^\S\n]*```[^\n]*\n([\s\S]*?)\n?[^\S\n]*```[^\S\n]*$/gm)];
  return fences.at(-1)?.[1] ?? text;
}

function isProgram(text: string): boolean {
  return /=>|\bfunction\b|^\s*(?:def|class|import|from|return|const|let|var)\s|^\s*(?:#|\/\/)/m.test(text);
}

/** A program without its comments: `#` in Python, `//` and `/*` elsewhere; texts in quotes stay whole. */
function withoutComments(code: string): string {
  const isPython = /^\s*(?:def|class|import|from)\s/m.test(code);
  const tokens = isPython
    ? /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*/g
    : /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return code.replace(tokens, (_, quoted?: string) => quoted ?? '');
}

/** Lines that say something, without the white space around them. */
function lines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
