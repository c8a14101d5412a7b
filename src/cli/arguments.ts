import { InvalidArgumentError } from 'commander';

/** A parser for percentages, with or without their sign. */
export function percentage(text: string): number {
  return decimal(text.replace(/%$/, ''), 'a percentage, such as 5%');
}

/** A parser for decimal numbers. */
export function number(text: string): number {
  return decimal(text, 'a number');
}

function decimal(text: string, what: string): number {
  if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be ${what}.`);
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** A parser for whole numbers of at least `least`. */
export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || !Number.isSafeInteger(value)) {
      throw new InvalidArgumentError(
        `It must be a whole number of at least ${least}, in digits, and at most ${Number.MAX_SAFE_INTEGER}.`,
      );
    }
    return value;
  };
}

/** A parser for names that are separated by commas. */
export function names(text: string): string[] {
  const found = text.split(',').map((name) => name.trim());
  if (found.every((name) => name !== '')) return found;
  throw new InvalidArgumentError('It must be names, separated by commas.');
}

/** A parser for outcomes of tests, separated by commas: whether each is a pass. */
export function outcomes(text: string): boolean[] {
  return names(text).map((word) => {
    if (word === 'pass' || word === 'fail') return word === 'pass';
    throw new InvalidArgumentError('It must be pass or fail, separated by commas.');
  });
}
