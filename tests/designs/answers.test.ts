import { describe, expect, it } from 'vitest';
import { deliverable, isAcceptance, replyOf, sameAnswer, verdictOf } from '../../src/designs/answers.ts';
import { majority } from '../../src/designs/nodes/vote.ts';

describe('what a text delivers', () => {
  it.each([
    ['so \\boxed{12}', '12'],
    ['\\boxed{ $12$ }', '12'],
    ['\\boxed{\\frac{24}{2}}', '12'],
    ['\\boxed{12.0}', '12'],
    ['<solution>12</solution>', '12'],
    ['12', '12'],
    ['about 12', 'about 12'],
  ])('an integer: %j is %j', (text, value) => expect(deliverable(text, 'integer')).toBe(value));
  it.each([
    ['```js\n(x) => x\n```', '(x) => x'],
    ['Here:\n```\n(x) => x\n```\nDone.', '(x) => x'],
    ['<solution>\n```js\n(x) => x\n```\n</solution>', '(x) => x'],
    ['<solution>(x) => x</solution> and \\boxed{3}', '(x) => x'],
    ['(x) => x', '(x) => x'],
  ])('a program: %j is %j', (text, source) => expect(deliverable(text, 'program')).toBe(source));
});

describe('a chain that ends in a checker', () => {
  const seen = ['\\boxed{5}', 'I add: \\boxed{6}', 'Looks right. FINAL VERDICT: CORRECT'];
  it('delivers the last boxed answer in sight where the checker only gives a verdict', () => {
    expect(replyOf(seen[2] ?? '', seen)).toBe(seen[1]);
    expect(replyOf('- Final verdict: **INCORRECT**', seen)).toBe(seen[1]);
  });
  it('delivers what the checker says where that is an answer', () => {
    expect(replyOf('\\boxed{7}\nVerdict: CORRECT', seen)).toBe('\\boxed{7}\nVerdict: CORRECT');
    expect(replyOf('7', seen)).toBe('7');
    expect(replyOf('CORRECT', ['5', 'CORRECT'])).toBe('CORRECT');
  });
});

describe('one vote', () => {
  it.each([
    ['\\boxed{\\frac{3}{2}}', '\\boxed{1.50}'],
    ['\\dfrac{3}{2}', '6/4'],
    ['-\\frac{1}{2}', '-0.5'],
    ['$1{,}5$', '$1{,}5$ '],
    ['$x + 1$', 'x+1'],
    ['\\boxed{(1, 2)}', '(1,2)'],
    ['x => x // the same', 'x => x'],
    ['def f(x):\n    # adds\n    return x + 1  # one', 'def f(x):\n\n    return x + 1'],
    ['```js\nx => x\n```', 'x => x'],
    ['$7', '7'],
    ['.5', '1/2'],
  ])('%j and %j', (a, b) => expect(sameAnswer(a)).toBe(sameAnswer(b)));
  it.each([
    ['a b', 'ab'],
    ['1,2', '12'],
    ['7', '-7'],
    ['1/0', '0'],
    ['\\frac{1}{3}', '0.3333'],
    ['x => "//a"', 'x => "//b"'],
    ['0.30000000000000004', '0.3'],
    ['2 3', '23'],
  ])('not %j and %j', (a, b) => expect(sameAnswer(a)).not.toBe(sameAnswer(b)));
  it('of thousands of digits takes no time', () => {
    const zeros = '0'.repeat(5000);
    expect(sameAnswer(`${zeros}.${zeros}x`)).toBe(`${zeros}.${zeros}x`);
  });
  it('the winner keeps the words of the first who said it', () => {
    const results = ['\\boxed{7}', '\\boxed{3/2}', '\\boxed{1.5}'].map(
      (text) => ({ ok: true, text }) as const,
    );
    expect(majority(results)).toEqual({ ok: true, text: '\\boxed{3/2}' });
  });
});

describe('a verdict in the formats that scripts ask for', () => {
  it.each([
    ...['CORRECT', 'Correct.', '**CORRECT**', '- CORRECT', '`OK`'],
    ...[
      '- Final verdict: CORRECT',
      '**Final Verdict: CORRECT**',
      '* **Final verdict:** Correct.',
      '1. Verdict - CORRECT',
    ],
    ...['Looks right. FINAL VERDICT: CORRECT', 'The verdict is: accepted', '### Verdict: PASS'],
    ...[
      'Verdict: CORRECT\nWell done.',
      '- Final verdict: CORRECT\n\nThank you.\nGoodbye.',
      'CORRECT\n\nGreat work!',
    ],
    'It was incorrect before.\nCORRECT',
  ])('%j accepts', (text) => expect(isAcceptance(text)).toBe(true));
  it.each([
    ...[
      'INCORRECT',
      'not correct',
      '- Final verdict: INCORRECT',
      '**Verdict: not correct**',
      'Verdict: NOT CORRECT.',
    ],
    ...[
      'Verdict: CORRECT or INCORRECT',
      'CORRECT?',
      'Verdict: CORRECT?',
      'It is correct',
      'CORRECT (mostly)',
      '',
    ],
    ...[
      'CORRECT\nbut see line 2',
      'CORRECT\n\nWait, line 3 is wrong.',
      'Verdict: CORRECT\nHowever, step 2 fails.',
    ],
    ...[
      'Verdict: CORRECT\nVerdict: INCORRECT',
      'I cannot say CORRECT',
      'CORRECT\nINCORRECT',
      'This is in correct',
    ],
  ])('%j accepts nothing', (text) => expect(isAcceptance(text)).toBe(false));
  it('is one where it refuses, too', () => {
    expect(verdictOf('Final verdict: INCORRECT')).toBe('refused');
    expect(verdictOf('The sum is 12.')).toBeNull();
  });
});
