import { describe, expect, it } from 'vitest';
import type { Predicate, World } from '../../machines/chart.ts';
import { answerOf, normalAnswer } from '../../src/designs/answer.ts';
import { accepts, choice, holds } from '../../src/designs/predicate.ts';
import { predicateText } from '../../src/designs/predicate-text.ts';
import { answersItself } from '../../src/designs/self-answer.ts';

describe('the stop rule of critics', () => {
  it.each([
    'CORRECT',
    'correct.',
    '**Correct**',
    'I checked it.\nVerdict: CORRECT',
    'Final verdict: accepted!',
    'ok',
  ])('accepts %j', (text) => expect(accepts(text)).toBe(true));
  it.each([
    'INCORRECT',
    'This is INCORRECT',
    'not correct',
    "I can't say CORRECT yet",
    'CORRECT\nbut see line 2',
    'Verdict: incorrect',
    'It is correct',
    '',
    'CORRECT or INCORRECT',
  ])('does not accept %j', (text) => expect(accepts(text)).toBe(false));
});

describe('an answer', () => {
  it.each([
    ['so \\boxed{5}, then \\boxed{7}, so again \\boxed{5}', '5'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['an open \\boxed{3 and a closed \\boxed{4}', '4'],
    ['<solution>\ndef f(): pass\n</solution> done', 'def f(): pass'],
    ['<solution>a</solution><solution>b', 'b'],
    ['  plain  ', 'plain'],
  ])('of %j is %j', (text, answer) => expect(answerOf(text)).toBe(answer));

  it.each([
    ['7.0', '07'],
    ['+7', '7'],
    ['1,000', '1000'],
    ['-0', '0'],
    ['99999999999999999999', '099999999999999999999'],
    ['a\n\n  b ', 'a\nb'],
    ['\\boxed{8.50}', '8.5'],
  ])('%j says the same as %j', (a, b) => expect(normalAnswer(a)).toBe(normalAnswer(b)));

  it.each([
    ['1,2', '12'],
    ['99999999999999999999', '99999999999999999998'],
    ['7', '-7'],
    ['7', '7 apples'],
  ])('%j says something else than %j', (a, b) => expect(normalAnswer(a)).not.toBe(normalAnswer(b)));
});

it('of thousands of zeros takes no time', () => {
  const zeros = '0'.repeat(5000);
  expect(normalAnswer(`${zeros}.${zeros}x`)).toBe(`${zeros}.${zeros}x`);
  expect(normalAnswer(`${zeros}7.${zeros}`)).toBe('7');
});

describe('a choice', () => {
  const names = ['sum', 'list', 'a-b'];
  it.each([
    ['sum', 'sum'],
    ['Sum.', 'sum'],
    ['list, because it is one', 'list'],
    ['a-b', 'a-b'],
    ['I choose sum', null],
    ['', null],
    ['summary', null],
  ])('%j is %j', (text, name) => expect(choice(text, names)).toBe(name));
});

describe('a condition', () => {
  const world: World = { task: 'Sum of 12 and 340', answer: 'It is 352', measured: (path) => path === 'yes' };
  const cases: readonly (readonly [Predicate, boolean, string])[] = [
    [{ test: 'contains', of: 'answer', text: 'IT' }, true, 'contains("IT")'],
    [{ test: 'contains', of: 'answer', text: 'IT', exact: true }, false, 'contains("IT")'],
    [{ test: 'equals', of: 'answer', text: ' it is 352 ' }, true, 'equals(" it is 352 ")'],
    [{ test: 'contains', of: 'task', text: 'sum' }, true, 'taskContains("sum")'],
    [{ test: 'longer', of: 'answer', than: 9 }, false, 'longer(9)'],
    [{ test: 'above', of: 'task', limit: 339 }, true, 'taskAbove(339)'],
    [{ test: 'above', of: 'task', limit: 340 }, false, 'taskAbove(340)'],
    [{ test: 'answered' }, true, 'answered()'],
    [{ test: 'accepted' }, false, 'accepted()'],
    [{ test: 'measured', path: 'yes' }, true, 'yes(yes)'],
    [{ test: 'not', of: { test: 'measured', path: 'no' } }, true, 'not(yes(no))'],
    [{ test: 'all', of: [{ test: 'answered' }, { test: 'accepted' }] }, false, 'all(answered(), accepted())'],
    [{ test: 'any', of: [{ test: 'answered' }, { test: 'accepted' }] }, true, 'any(answered(), accepted())'],
  ];
  it.each(cases)('%j is %s', (predicate, truth, text) => {
    expect(holds(predicate, world)).toBe(truth);
    expect(predicateText(predicate)).toBe(text);
  });

  it('holds of no answer only where it does not ask for one', () => {
    const none = { ...world, answer: null };
    for (const test of ['contains', 'equals'] as const) {
      expect(holds({ test, of: 'answer', text: '' }, none)).toBe(false);
    }
    expect(holds({ test: 'longer', of: 'answer', than: 0 }, none)).toBe(false);
    expect(holds({ test: 'answered' }, none)).toBe(false);
  });
});

describe('a role that holds an answer', () => {
  it.each([
    'The answer is 42.',
    'Final answer: 3/4',
    'Put \\boxed{17} at the end',
    'Just reply 7.',
    'Always output "12"',
    'The answer is 42, always.',
    'The final answer is **42**.',
    'Reply with the number 42.',
    'The answer to this task is: "42"',
    'Say: <solution>def f(x): return x + 1</solution>',
  ])('%j is found', (prompt) => expect(answersItself(prompt)).not.toBeNull());
  it.each([
    'The answer is an integer between 0 and 999.',
    'Put the answer in \\boxed{}.',
    'Give your answer as \\boxed{answer}.',
    'Use at most 3 steps.',
    'Return only the number.',
    'Check each of the 4 cases, then answer.',
    'Write the program in <solution> tags.',
    'If the list is empty, return 0.',
    'Do not say 5.',
  ])('%j is none', (prompt) => expect(answersItself(prompt)).toBeNull());
});
