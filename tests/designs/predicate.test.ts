import { describe, expect, it } from 'vitest';
import type { Predicate, World } from '../../machines/chart.ts';
import { accepts, choice, holds, predicateSchema } from '../../src/designs/predicate.ts';

// What words.test.ts leaves out: texts that try to be taken for a verdict or a choice, the schema of
// conditions, and the edges of each test.

describe('a verdict is nothing but a verdict', () => {
  it.each([
    'CORRECT',
    'correct',
    '  Correct.  ',
    '**CORRECT**',
    '`OK`',
    'Verdict: ok',
    'Final verdict: CORRECT!',
    'It was incorrect before.\nCORRECT',
    'fixed\r\nCORRECT\r\n',
  ])('%j accepts', (text) => expect(accepts(text)).toBe(true));
  it.each([
    ...['INCORRECT', 'in correct', 'un-correct', 'incorrect.', 'NOT CORRECT', 'Not quite correct'],
    ...[
      "I can't say CORRECT yet",
      'I would not call this CORRECT',
      'CORRECT? No.',
      'CORRECT?',
      'CORRECT (mostly)',
    ],
    ...['correct answer: 5', 'The correct answer is 5', 'Almost correct', 'correct, but slow', 'OK but no'],
    ...[
      'Verdict: not correct',
      'Verdict: CORRECT or INCORRECT',
      'Say CORRECT if it is right',
      'CORRECTION needed',
    ],
    ...[
      'CORRECT\n\nWait, line 3 is wrong.',
      'CORRECT\nINCORRECT',
      '\n\n',
      'correctcorrect',
      'verdict',
      'final verdict',
    ],
  ])('%j accepts nothing', (text) => expect(accepts(text)).toBe(false));
});

describe('a choice is a name and not a mention', () => {
  it.each<[string, readonly string[], string | null]>([
    ['SUM', ['sum'], 'sum'],
    ['"sum"', ['sum'], 'sum'],
    ['sum\nlist', ['sum', 'list'], 'sum'],
    ['not sum', ['sum', 'list'], null],
    ['either sum or list', ['sum', 'list'], null],
    ['sums', ['sum'], null],
    ['constructor', ['sum'], null],
    ['', [''], ''],
    ['two words', ['two'], 'two'],
    ['a b', ['ab'], 'ab'],
  ])('%j of %j is %j', (text, names, chosen) => expect(choice(text, names)).toBe(chosen));
});

describe('the edges of a condition', () => {
  const world = (answer: string | null, task = 'add 12 and 007'): World => ({
    task,
    answer,
    measured: () => false,
  });
  const cases: readonly (readonly [string, Predicate, string | null, boolean])[] = [
    ['a text in another', { test: 'contains', of: 'answer', text: 'İ' }, 'xİx', true],
    ['upper case', { test: 'equals', of: 'answer', text: 'ABC' }, ' abc\n', true],
    ['an exact upper case', { test: 'equals', of: 'answer', text: 'ABC', exact: true }, 'abc', false],
    ['a part', { test: 'equals', of: 'answer', text: 'ab' }, 'abc', false],
    ['as long as', { test: 'longer', of: 'answer', than: 3 }, 'abc', false],
    ['longer by one', { test: 'longer', of: 'answer', than: 3 }, 'abcd', true],
    ['a number with zeros before it', { test: 'above', of: 'task', limit: 6 }, null, true],
    ['as large as', { test: 'above', of: 'answer', limit: 7 }, '7', false],
    ['a number in a word', { test: 'above', of: 'answer', limit: 7 }, 'x8y', true],
    ['no number', { test: 'above', of: 'answer', limit: -1 }, 'none', false],
    ['an empty answer', { test: 'answered' }, '', true],
    ['an acceptance of nothing', { test: 'accepted' }, null, false],
    [
      'the opposite of nothing',
      { test: 'not', of: { test: 'contains', of: 'answer', text: 'x' } },
      null,
      true,
    ],
  ];
  it.each(cases)('%s', (_, predicate, answer, truth) => expect(holds(predicate, world(answer))).toBe(truth));

  it('that only the world can answer is refused where it was not compiled to a question', () => {
    expect(() => holds({ test: 'passed' }, world('x'))).toThrow(/was not compiled/);
    expect(() => holds({ test: 'python', ref: '0:f' }, world('x'))).toThrow(/was not compiled/);
  });
});

describe('a condition that a script may write', () => {
  const answered = { test: 'answered' };
  it.each<[unknown]>([
    [answered],
    [{ test: 'contains', of: 'task', text: 'x', exact: true }],
    [{ test: 'all', of: Array.from({ length: 8 }, () => answered) }],
    [{ test: 'not', of: { test: 'not', of: { test: 'passed' } } }],
    [{ test: 'above', of: 'answer', limit: -0.5 }],
  ])('%j', (value) => expect(predicateSchema.safeParse(value).success).toBe(true));
  it.each<[unknown]>([
    [null],
    ['passed'],
    [{}],
    [{ test: 'true' }],
    [{ test: 'measured', path: 'x' }],
    [{ test: 'contains', of: 'answer', text: '' }],
    [{ test: 'contains', of: 'answer', text: 'x'.repeat(201) }],
    [{ test: 'contains', of: 'question', text: 'x' }],
    [{ test: 'longer', of: 'answer', than: 1.5 }],
    [{ test: 'longer', of: 'answer', than: -1 }],
    [{ test: 'above', of: 'answer', limit: '5' }],
    [{ test: 'above', of: 'answer', limit: Number.POSITIVE_INFINITY }],
    [{ test: 'all', of: [] }],
    [{ test: 'any', of: Array.from({ length: 9 }, () => answered) }],
    [{ test: 'not', of: [answered] }],
    [{ ...answered, path: 'x' }],
  ])('%j is none', (value) => expect(predicateSchema.safeParse(value).success).toBe(false));
});
