import { describe, expect, it } from 'vitest';
import { answerOf, normalAnswer } from '../../src/designs/answer.ts';
import { answersItself } from '../../src/designs/self-answer.ts';

// What words.test.ts leaves out: nested and broken marks, texts that only look like numbers, and roles that
// speak of numbers without giving one away.

describe('the answer in a text', () => {
  it.each([
    ['\\boxed{\\text{a {b} c}}', '\\text{a {b} c}'],
    ['\\boxed{\\boxed{5}}', '5'],
    ['\\boxed{}', ''],
    ['\\boxed{ 5 } and <solution>6</solution>', '5'],
    ['\\boxed{5', '\\boxed{5'],
    ['boxed{5}', 'boxed{5}'],
    ['\\boxed{1}} \\boxed{2', '1'],
    ['<solution></solution>', ''],
    ['</solution>x<solution>y', 'y'],
    ['<solution>a</solution>\n<solution>b</solution>', 'b'],
    ['<SOLUTION>a</SOLUTION>', '<SOLUTION>a</SOLUTION>'],
    ['', ''],
    [' \n ', ''],
  ])('%j is %j', (text, answer) => expect(answerOf(text)).toBe(answer));

  it('is found among very many marks that are never closed', () => {
    expect(answerOf(`\\boxed{7}${'\\boxed{'.repeat(500)}`)).toBe('7');
  });
});

describe('answers that count as one vote', () => {
  it.each([
    ['0', '-0.00'],
    ['007', '7.'],
    ['+1,234,567.50', '1234567.5'],
    ['\\boxed{7}', 'so <solution>7.0</solution>'],
    ['x = 1 \n\n y = 2', 'x = 1\ny = 2'],
    ['0.10', '+0.1'],
  ])('%j and %j', (a, b) => expect(normalAnswer(a)).toBe(normalAnswer(b)));
  it.each([
    ['1,23', '123'],
    ['1.5', '15'],
    ['10', '1'],
    ['.5', '5'],
    ['--7', '7'],
    ['1e3', '1000'],
    ['0x10', '16'],
    ['７', '7'],
    ['a b', 'ab'],
    ['', '0'],
    ['9007199254740993', '9007199254740992'],
    ['0.30000000000000004', '0.3'],
  ])('not %j and %j', (a, b) => expect(normalAnswer(a)).not.toBe(normalAnswer(b)));
});

describe('a role', () => {
  it.each([
    'The answer is an integer between 0 and 999.',
    'The answer is an integer between 0 and 999',
    'The answer is a number from 1 to 100.',
    'The answer is at most 5 words long.',
    'The answer is 3 digits long.',
    'The answer is never 0.',
    'Answer with one word.',
    'Answer in at most 2 sentences.',
    'Say what is wrong in 1 sentence.',
    'Round the result to 2 digits, then answer.',
    'Return the sum of the 3 largest numbers.',
    'There are 12 months in a year. Use that.',
    'Put your final answer in \\boxed{} and nothing else.',
    'Use \\boxed{n} for a number n.',
    'Reply CORRECT or INCORRECT.',
    'Write <solution>your program</solution>.',
    'Compute 12 * 12 first.',
    'You are solver 2.',
    'Print each number on 1 line',
    '',
  ])('%j gives nothing away', (prompt) => expect(answersItself(prompt)).toBeNull());
  it.each([
    ['The answer is 42', 'an answer'],
    ['the ANSWER to this task is "42".', 'an answer'],
    ['Answer = -3.', 'an answer'],
    ['The answer is exactly 1,000.', 'an answer'],
    ['Think. Then reply with 42.', 'an instruction'],
    ['Always return 0', 'an instruction'],
    ['say only 7!\nNothing else.', 'an instruction'],
    ['Write \\boxed{ 12 }', 'a filled answer box'],
    ['\\boxed{-1/2}', 'a filled answer box'],
    ['<solution>(a) => a.length</solution>', 'a finished program'],
    ['<solution>\nfunction f(x) { return x }\n</solution>', 'a finished program'],
  ])('%j holds %s', (prompt, what) => expect(answersItself(prompt)).toMatch(new RegExp(`^${what}`)));

  it('is quoted briefly where it holds an answer', () => {
    const sign = answersItself(`<solution>function f() { return ${'1'.repeat(500)} }</solution>`);
    expect(sign?.length).toBeLessThan(100);
  });
});
