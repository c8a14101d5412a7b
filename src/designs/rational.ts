/** A number by value. */
export interface Rational {
  readonly above: bigint;
  /** Above 0, and without a divisor in common with `above`. */
  readonly below: bigint;
}

/** Digits of a number that is compared by value; longer ones are compared as texts. */
const MOST_DIGITS = 1000;

/** The number that a text is: digits, a decimal, `a/b` or `\frac{a}{b}`, grouped and with `$` or without; null if it is none. */
export function rationalOf(text: string): Rational | null {
  const plain = text.replace(/\$|\\[,;!]|(?<=[/{}])\s+|\s+(?=[/{}])/g, '').trim();
  if (plain.length > MOST_DIGITS) return null;
  const tex = /^([+-]?)\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}$/.exec(plain);
  const [, sign = '', above = '', below = ''] = tex ?? /^()([^/]*)\/([^/]*)$/.exec(plain) ?? [];
  if (below === '') return decimalOf(plain);
  const [a, b] = [decimalOf(above), decimalOf(below)];
  if (a === null || b === null || b.above === 0n) return null;
  const quotient = reduced(a.above * b.below, a.below * b.above);
  return sign === '-' ? { ...quotient, above: -quotient.above } : quotient;
}

/** A number as text, the same for equal numbers: `42`, `-3/2`. */
export function rationalText({ above, below }: Rational): string {
  return below === 1n ? `${above}` : `${above}/${below}`;
}

function decimalOf(text: string): Rational | null {
  const found = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+|(?=\.\d))(?:\.(\d*))?$/.exec(text);
  if (found === null) return null;
  const [, sign, whole = '', fraction = ''] = found;
  const above = BigInt(`${whole.replaceAll(',', '')}${fraction}` || '0');
  return reduced(sign === '-' ? -above : above, 10n ** BigInt(fraction.length));
}

/** A fraction in lowest terms; its lower part is not 0. */
export function reduced(above: bigint, below: bigint): Rational {
  let [a, b] = [above < 0n ? -above : above, below < 0n ? -below : below];
  while (b > 0n) [a, b] = [b, a % b];
  const divisor = below < 0n ? -a : a;
  return { above: above / divisor, below: below / divisor };
}
