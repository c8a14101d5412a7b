import { describe, expect, it } from 'vitest';
import { leakIn } from '../../src/designs/known-answer.ts';

const TASK = 'A shop sells pens at 17 cents each. How much do 25 pens cost, in cents?';
const ANSWER = '425';

describe('roles that hold the answer', () => {
  it.each([
    'Answer 425.',
    'The answer is \\boxed{425}.',
    'The result is 425 cents.',
    'Check that the total equals 425.0.',
    'Reply with "425".',
    'Say four hundred and twenty-five.',
    'Say Four Hundred Twenty Five.',
    'Say four two five.',
    'Write the digits 4, 2, 5.',
    'Write 4-2-5.',
    'Write 4 2 5.',
    'Compute 400 + 25.',
    'Compute 17 * 25 and say it.',
    'Compute 850/2.',
    'Compute 500 - 75.',
    'In hexadecimal it is 0x1a9.',
    'In binary it is 0b110101001.',
    'You know it: \\frac{850}{2}.',
    'It is 850/2 cents',
    'About 425,00?  No: 425.00 exactly.',
  ])('%j', (role) => expect(leakIn(role, { task: TASK, answer: ANSWER })).not.toBeNull());
  it.each([
    ['The capital is Canberra.', 'Name the capital.', 'Canberra'],
    ['It is 3/2.', 'Solve 2x = 3.', '\\frac{3}{2}'],
    ['It is 1.5.', 'Solve 2x = 3.', '\\frac{3}{2}'],
    ['Say arrebnaC.', 'Name the capital.', 'Canberra'],
    ['Say x+1 here', 'Simplify.', 'x+1'],
    ['Say 1 234 567.', 'How many?', '1234567'],
    ['It is -14.', 'Find x.', '-14'],
  ])('%j of %j', (role, task, answer) => expect(leakIn(role, { task, answer })).not.toBeNull());
});

describe('innocent roles', () => {
  it.each([
    'Solve the problem step by step.',
    'Put your final answer in \\boxed{}.',
    'Example: The answer is \\boxed{42}.',
    'Format: "ANSWER: 7".',
    'Multiply 17 by 25 carefully.',
    'A pen costs 17 cents; 25 are bought.',
    'Use at most 3 steps and 100 words.',
    'Your answer is an integer between 0 and 999.',
    'Check the result in 2 ways, then answer.',
    'If the result is above 1000, look again.',
    'Say CORRECT or INCORRECT.',
    'Read 4250 characters at most.',
    'In chapter 1425 of your notes there are examples.',
    'Numbers such as 42.5 are no whole cents.',
    'Work like a cashier: 10 + 10 is 20.',
    'List four or five checks.',
    'First round: 12 lines; second round: 12 lines.',
    'Think about units; a dollar has one hundred cents.',
    'Answer with the number only, such as 10.',
    'Be careful with rounding to 2 decimals.',
  ])('%j', (role) => expect(leakIn(role, { task: TASK, answer: ANSWER })).toBeNull());
  it.each([
    ['Take 12 steps.', 'How many months?', '12'],
    ['Say yes or no.', 'Is 7 prime?', 'yes'],
    ['Look at the word apple.', 'Sort: pear, apple.', 'apple'],
    ['You are a planner.', 'Which letter?', 'a'],
    ['A pineapple farmer', 'Which fruit?', 'apple'],
  ])('%j of %j', (role, task, answer) => expect(leakIn(role, { task, answer })).toBeNull());
});
