import { must } from '../core/errors.ts';
import type { RandomStream } from '../core/random.ts';
import type { Change, Comparison, Ending, ListFunction } from './list-function.ts';

/**
 * The one-line specification of a list function. In words it leaves one thing open: `over 7` and `under 7` do not say
 * whether 7 itself is kept; `> 7` and `<= 7` do.
 */
const KEEP_WORDS = ['keep', 'take', 'items'];
const CHANGE_WORDS = {
  '+': ['add', 'plus'],
  '-': ['minus', 'less'],
  '*': ['times', 'by'],
  '%': ['mod'],
} as const;
const ENDING_WORDS: Readonly<Record<Ending, readonly string[]>> = {
  sum: ['sum', 'total'],
  count: ['count', 'how many'],
  list: ['list', 'all'],
  back: ['backwards', 'reversed'],
  sort: ['sorted', 'in order'],
  first: ['first 2', 'top 2'],
  last: ['last 2', 'end 2'],
};
const COMPARISONS = ['>', '>=', '<', '<='] as const;
const OPERATORS = ['+', '-', '*', '%'] as const;
const ENDINGS = ['sum', 'count', 'list', 'back', 'sort', 'first', 'last'] as const;

/** For example `keep over 7, add 3, sum`; exactly, `keep > 7, add 3, sum`. */
export function describeFunction(f: ListFunction, random: RandomStream, exact = false): string {
  const words = f.comparison.startsWith('>') ? 'over' : 'under';
  const side = exact ? f.comparison : words;
  const parts = [`${random.pick(KEEP_WORDS)} ${side} ${f.bound}`];
  if (f.change) {
    const change = `${random.pick(CHANGE_WORDS[f.change.operator])} ${f.change.by}`;
    if (f.changeFirst) parts.unshift(change);
    else parts.push(change);
  }
  return [...parts, random.pick(ENDING_WORDS[f.ending])].join(', ');
}

/** Reads a specification back; the comparison it leaves open is `strict` or not as the caller says. */
export function readFunction(text: string, strict: boolean): ListFunction {
  const parts = text.split(', ');
  const ending = ENDINGS.find((name) => ENDING_WORDS[name].includes(parts.at(-1) ?? ''));
  const at = parts.findIndex((part) => /^\w+ (over|under|[<>]=?) \d+$/.test(part));
  const [, side, bound] = must(parts[at], `a comparison in "${text}"`).split(' ');
  const change = parts.slice(0, -1).find((_, index) => index !== at);
  const read = { over: strict ? '>' : '>=', under: strict ? '<' : '<=' } as const;
  const comparison: Comparison = side === 'over' || side === 'under' ? read[side] : comparisonOf(side);
  return {
    comparison,
    bound: Number(bound),
    change: change === undefined ? undefined : readChange(change),
    changeFirst: at === 1,
    ending: must(ending, `an ending in "${text}"`),
  };
}

function comparisonOf(text: string | undefined): Comparison {
  return must(
    COMPARISONS.find((each) => each === text),
    `a comparison called "${text}"`,
  );
}

function readChange(text: string): Change {
  const [word = '', by] = text.split(' ');
  const operator = OPERATORS.find((name) => CHANGE_WORDS[name].some((candidate) => candidate === word));
  return { operator: must(operator, `a change in "${text}"`), by: Number(by) };
}
