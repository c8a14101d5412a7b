/**
 * The part of an agent's text that is its answer, by the conventions of the published dialect: the last
 * `\boxed{…}` with balanced braces, else the last `<solution>…</solution>`, else the whole text. Equal
 * contents are not removed before the last is taken (the published extractor did, and took the wrong one).
 */
export function answerOf(text: string): string {
  const boxed = lastBoxed(text);
  if (boxed !== null) return boxed.trim();
  const open = text.lastIndexOf('<solution>');
  if (open >= 0) {
    const start = open + '<solution>'.length;
    const close = text.indexOf('</solution>', start);
    return text.slice(start, close < 0 ? undefined : close).trim();
  }
  return text.trim();
}

function lastBoxed(text: string): string | null {
  for (
    let at = text.lastIndexOf('\\boxed{');
    at >= 0;
    at = at === 0 ? -1 : text.lastIndexOf('\\boxed{', at - 1)
  ) {
    const start = at + '\\boxed{'.length;
    let depth = 1;
    for (let end = start; end < text.length; end++) {
      if (text[end] === '{') depth++;
      else if (text[end] === '}') depth--;
      if (depth === 0) return text.slice(start, end);
    }
  }
  return null;
}

/**
 * Equal for answers that say the same: a plain number is reduced to its value (`+07.50` and `7.5`), other
 * text to its lines without white space around them and without blank ones. Runs without behaviour 40 count votes by this.
 */
export function normalAnswer(text: string): string {
  const answer = answerOf(text);
  // The zeros are taken off afterwards: a pattern that did it would take cubic time on long runs of them.
  const number = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/.exec(answer);
  if (number !== null) {
    const [, sign, whole = '', fraction = ''] = number;
    const front = whole.replaceAll(',', '').replace(/^0+(?=\d)/, '');
    const back = withoutEndZeros(fraction);
    const digits = back === '' ? front : `${front}.${back}`;
    return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
  }
  return answer
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function withoutEndZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
