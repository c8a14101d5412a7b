import { RandomStream } from '../core/random.ts';
import { composeRound, composeText, readText } from './arithmetic-text.ts';
import { type Expression, evaluate, normalForm, toSource } from './expression.ts';
import { NO_TESTS } from './feedback.ts';
import { forms, idleParts } from './forms.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily } from './task.ts';
import { toolText } from './tool.ts';

const NAME = 'arithmetic';
/** Answers without the tool can hardly be learned; enough of them that the form is. */
const MENTAL_WEIGHT = 0.25;

/**
 * Integer arithmetic. Rough numbers are beyond mental reach (two or three operations on two-digit numbers, results of
 * four to seven digits): the best design calls the tool, and the skill is to write the expression. The sum of round ones
 * can be read off, and the tool only costs. The key is the computation itself, whatever words and order of
 * operands it came in.
 */
export const arithmetic: TaskFamily = {
  name: NAME,
  practice: 1.5,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) => {
      const random = new RandomStream(seed, 'tasks', NAME, split, attempt);
      const more = split === 'harder' ? 1 : 0;
      const round = random.uniform() < 0.4;
      const text = round ? composeRound(random, 2 + more) : composeText(random, more);
      const tree = readText(text);
      return round || isHard(tree) ? toTask(text, tree, round ? 'round' : 'rough') : undefined;
    });
  },

  demonstrate({ text, attribute }: Task, random: RandomStream): Demonstration[] {
    const tree = readText(text);
    const answer = String(evaluate(tree));
    const draft = random.uniform() < 0.5 ? answer : withSlip(answer, random);
    const revised = { draft, feedback: NO_TESTS };
    const round = attribute === 'round';
    return [
      forms.answer(text, answer, round ? 3 : MENTAL_WEIGHT),
      ...forms.tool(text, toSource(tree), toolText(evaluate(tree)), answer, round ? 0.4 : 4),
      ...(round ? [] : [forms.answerBesideTool(text, answer, 4)]),
      forms.revision(text, revised, answer, round ? 0.3 : MENTAL_WEIGHT),
      forms.revisionWithTool(text, revised, answer, 0.2),
      ...idleParts(text, answer, answer, round ? 0.15 : 0.1),
    ];
  },
};

function toTask(text: string, tree: Expression, attribute: string): Task {
  const key = `${NAME}:${normalForm(tree)}`;
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
    attribute,
    text,
    check: { kind: 'integer', value: evaluate(tree) },
  };
}

/** Large enough that it cannot be guessed, and every step small enough for seven digits. */
function isHard(tree: Expression): boolean {
  return Math.abs(evaluate(tree)) >= 1_000 && largest(tree) < 10_000_000;
}

function largest(tree: Expression): number {
  if (tree.kind === 'number') return tree.value;
  return Math.max(Math.abs(evaluate(tree)), largest(tree.left), largest(tree.right));
}

/** The same number with one digit changed. */
function withSlip(answer: string, random: RandomStream): string {
  const first = answer.startsWith('-') ? 1 : 0;
  const position = random.integer(first, answer.length - 1);
  const low = position === first ? 1 : 0;
  const digit = random.pick([...'0123456789'].slice(low).filter((d) => d !== answer[position]));
  return answer.slice(0, position) + digit + answer.slice(position + 1);
}
