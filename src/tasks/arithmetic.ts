import { RandomStream } from '../core/random.ts';
import { executorPrompt } from '../policies/executor-prompt.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';
import { composeText, readText } from './arithmetic-text.ts';
import { type Expression, evaluate, normalForm, toSource } from './expression.ts';
import { NO_TESTS } from './feedback.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily } from './task.ts';
import { JS_TOOLS, toolText } from './tool.ts';

const NAME = 'arithmetic';
/** Answers without the tool can hardly be learned; enough of them that the form is. */
const MENTAL_WEIGHT = 0.25;
/** Revising is the same skill once more, in a longer prompt. */
const REVISION_WEIGHT = 0.5;

/**
 * Integer arithmetic beyond mental reach: two or three operations on two-digit numbers, results of four to seven
 * digits. The best design calls the tool, and the skill is to write the expression. The key
 * is the computation itself, whatever words and order of operands it came in.
 */
export const arithmetic: TaskFamily = {
  name: NAME,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) => {
      const text = composeText(new RandomStream(seed, 'tasks', NAME, split, attempt));
      const tree = readText(text);
      return isHard(tree) ? toTask(text, tree) : undefined;
    });
  },

  demonstrate(task: Task, random: RandomStream): Demonstration[] {
    const tree = readText(task.text);
    const answer = String(evaluate(tree));
    const call = toSource(tree);
    const turns = [{ call, result: toolText(evaluate(tree)) }];
    const revised = {
      task: task.text,
      draft: random.uniform() < 0.5 ? answer : withSlip(answer, random),
      feedback: NO_TESTS,
    };
    return [
      { base: { task: task.text }, weight: 1 },
      { base: revised, weight: REVISION_WEIGHT },
    ].flatMap(({ base, weight }) => [
      { prompt: executorPrompt(base), completion: answer, weight: weight * MENTAL_WEIGHT },
      { prompt: executorPrompt({ ...base, tools: JS_TOOLS }), completion: TOOL_CALL_MARK + call, weight },
      { prompt: executorPrompt({ ...base, tools: JS_TOOLS, turns }), completion: answer, weight },
    ]);
  },
};

function toTask(text: string, tree: Expression): Task {
  const key = `${NAME}:${normalForm(tree)}`;
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
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
