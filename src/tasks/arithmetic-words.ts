import { must } from '../core/errors.ts';
import type { RandomStream } from '../core/random.ts';
import { type Expression, number, type Operator, operation } from './expression.ts';

/**
 * The little language of arithmetic tasks, in two forms: a chain, where every step acts on all that went
 * before (`37 times 84, less 56, by 3`), and a pair of groups (`sum 37 84 times gap 56 31`). Several words
 * mean the same, and `from` turns the order round, so that writing the expression is a skill.
 */
const STEP_WORDS: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['plus', 'add'],
  '-': ['less', 'minus'],
  '*': ['times', 'by'],
};
const GROUP_WORDS: Readonly<Record<Operator, string>> = { '+': 'sum', '-': 'gap', '*': 'prod' };
/** `X, from N` is N − X. */
const REVERSED = 'from';
const OPERATORS = ['+', '-', '*'] as const;

/** A random text of two to four operations. */
export function composeText(random: RandomStream): string {
  return random.uniform() < 0.7 ? composeChain(random) : composePair(random);
}

function composeChain(random: RandomStream): string {
  const steps = random.integer(2, 4);
  const parts: string[] = [];
  for (let step = 0; step < steps; step++) {
    if (step > 0 && random.uniform() < 0.12) {
      parts.push(`${REVERSED} ${operand(random)}`);
      continue;
    }
    const word = random.pick(STEP_WORDS[random.uniform() < 0.45 ? '*' : random.pick(['+', '-'] as const)]);
    parts.push(`${step === 0 ? `${operand(random)} ` : ''}${word} ${operand(random)}`);
  }
  return parts.join(', ');
}

function composePair(random: RandomStream): string {
  const group = () => `${GROUP_WORDS[random.pick(OPERATORS)]} ${operand(random)} ${operand(random)}`;
  const word = random.pick(STEP_WORDS[random.uniform() < 0.6 ? '*' : random.pick(['+', '-'] as const)]);
  return `${group()} ${word} ${group()}`;
}

function operand(random: RandomStream): number {
  return random.uniform() < 0.15 ? random.integer(3, 9) : random.integer(11, 99);
}

/** What a text asks for. Throws an invariant error on a text that {@link composeText} cannot have written. */
export function readText(text: string): Expression {
  const words = text.replaceAll(',', '').split(' ');
  const next = () => must(words.shift(), `another word in "${text}"`);
  const readNumber = () => {
    const word = next();
    must(/^\d+$/.test(word) || undefined, `a number, not "${word}", in "${text}"`);
    return number(Number(word));
  };
  const readOperand = (): Expression => {
    const group = OPERATORS.find((operator) => GROUP_WORDS[operator] === words[0]);
    if (group === undefined) return readNumber();
    next();
    const left = readNumber();
    return operation(left, group, readNumber());
  };
  let tree = readOperand();
  while (words.length > 0) {
    const word = next();
    if (word === REVERSED) {
      tree = operation(readNumber(), '-', tree);
      continue;
    }
    const operator = OPERATORS.find((candidate) => STEP_WORDS[candidate].includes(word));
    tree = operation(tree, must(operator, `a step, not "${word}", in "${text}"`), readOperand());
  }
  return tree;
}
