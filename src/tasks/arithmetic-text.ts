import { must } from '../core/errors.ts';
import type { RandomStream } from '../core/random.ts';
import { type Expression, number, type Operator, operation, toSource } from './expression.ts';

/**
 * The language of arithmetic tasks: an expression, and steps that act on all that went before:
 * `37*84-56, then times 3` asks for (37*84-56)*3, `…, from 90` for 90 − (…). Writing it as one expression
 * is mostly copying, with the parentheses to be thought of.
 */
const STEP_WORDS: Readonly<Record<Operator, string>> = { '+': 'plus', '-': 'minus', '*': 'times' };
/** `X, from N` is N − X. */
const REVERSED = 'from';
const OPERATORS = ['+', '-', '*'] as const;

/**
 * A random text of round numbers that fit into one another, as `4700+85` or `9+120000+3400`: its value can be
 * read off. `terms` of them, 2 or more.
 */
export function composeRound(random: RandomStream, terms: number): string {
  const parts = Array.from({ length: terms }, (_, place) => operand(random) * 100 ** place);
  return random.shuffle(parts).join('+');
}

/** A random text of two or three operations, or one more. */
export function composeText(random: RandomStream, more = 0): string {
  const withStep = random.uniform() < 0.6;
  const tree = composeExpression(random, more + (withStep ? random.integer(2, 3) : 3));
  if (!withStep) return toSource(tree);
  const word = random.pick([...OPERATORS, '*', REVERSED] as const);
  const value = operand(random);
  return `${toSource(tree)}, ${word === REVERSED ? REVERSED : STEP_WORDS[word]} ${value}`;
}

function composeExpression(random: RandomStream, operands: number): Expression {
  let tree = number(operand(random));
  for (let count = 1; count < operands; count++) {
    const operator = random.uniform() < 0.5 ? '*' : random.pick(['+', '-'] as const);
    tree = operation(tree, operator, number(operand(random)));
  }
  return tree;
}

function operand(random: RandomStream): number {
  return random.integer(11, 99);
}

function applyStep(tree: Expression, word: Operator | typeof REVERSED, value: number): Expression {
  return word === REVERSED ? operation(number(value), '-', tree) : operation(tree, word, number(value));
}

/** What a text asks for. Throws an invariant error on a text that {@link composeText} cannot have written. */
export function readText(text: string): Expression {
  const [expression = '', ...steps] = text.split(', ');
  return steps.reduce((tree, step) => {
    const [word, value] = step.split(' ');
    const operator = OPERATORS.find((each) => STEP_WORDS[each] === word);
    return applyStep(
      tree,
      word === REVERSED ? REVERSED : must(operator, `a step in "${text}"`),
      Number(value),
    );
  }, readExpression(expression));
}

/** Infix with the usual precedence and parentheses; numbers have no sign. */
function readExpression(text: string): Expression {
  const symbols = text.match(/\d+|[-+*()]/g) ?? [];
  const operand = (): Expression => {
    const symbol = must(symbols.shift(), `another operand in "${text}"`);
    if (symbol !== '(') return number(Number(symbol));
    const inner = sum();
    symbols.shift();
    return inner;
  };
  const product = (): Expression => {
    let tree = operand();
    while (symbols[0] === '*') {
      symbols.shift();
      tree = operation(tree, '*', operand());
    }
    return tree;
  };
  const sum = (): Expression => {
    let tree = product();
    while (symbols[0] === '+' || symbols[0] === '-') {
      const operator = symbols.shift() === '+' ? '+' : '-';
      tree = operation(tree, operator, product());
    }
    return tree;
  };
  return sum();
}
