import { z } from 'zod';
import { must } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { canonicalJson } from '../core/json.ts';
import { RandomStream } from '../core/random.ts';
import { NO_TESTS, testFeedback } from './feedback.ts';
import { forms, idleParts, NOTHING } from './forms.ts';
import {
  applyFunction,
  boundaryItem,
  type Change,
  type Ending,
  functionSource,
  type ListFunction,
  otherComparison,
} from './list-function.ts';
import { describeFunction, readFunction } from './list-function-words.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily, Test } from './task.ts';
import { toolText } from './tool.ts';

const NAME = 'code';
/** Revising is the hardest form to learn, and the one that matters most here. */
const REVISION_WEIGHT = 2;
/** Of the six hidden tests, how many contain the item at the bound and tell the two readings apart. */
const HIDDEN_AT_BOUND = 3;

/** Ordinary bounds end at 60, and a change moves them by 9 at most. */
const LEAST_HARDER = 71;
/** How a text says that a test comes with it. */
const TESTED = '; test';

/**
 * Small JavaScript functions from one line of words. An exact one (`keep > 7, …`) is written down at once. One in words
 * leaves `>` or `>=` open, half and half, and only the public test says which, because it contains the item at the bound:
 * a single draft passes half the time, and draft, test, revise can pass always. The key is the function's
 * behaviour on fixed probe lists.
 */
export const code: TaskFamily = {
  name: NAME,
  practice: 0.6,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) => {
      const random = new RandomStream(seed, 'tasks', NAME, split, attempt);
      const drawn = drawFunction(random, split);
      return split === 'harder' && itemBound(drawn) < LEAST_HARDER ? undefined : toTask(drawn, random);
    });
  },

  demonstrate(task: Task, random: RandomStream): Demonstration[] {
    const { text } = task;
    const truth = truthOf(task);
    const tested = task.attribute === 'tested';
    const wrong = { ...truth, comparison: otherComparison(truth.comparison) };
    const guess = () => (tested ? random.pick([truth, wrong]) : truth);
    const tried = guess();
    const input = shortList(random, boundaryItem(truth) ?? truth.bound, 2);
    const call = `(${functionSource(tried)})(${canonicalJson(input)})`;
    const answer = functionSource(truth);
    const revised = tested
      ? revision(task, draftToRevise(truth, random))
      : { draft: functionSource(random.pick([truth, wrong])), feedback: NO_TESTS };
    const said = functionSource(guess());
    return [
      forms.answer(text, functionSource(guess()), 2),
      ...forms.tool(text, call, toolText(applyFunction(tried, input)), functionSource(tried), 0.15),
      forms.revision(text, revised, answer, tested ? REVISION_WEIGHT : 0.2),
      // Whether to believe the test or oneself is left to be found out.
      ...(tested ? [forms.revision(text, revised, revised.draft, REVISION_WEIGHT)] : []),
      forms.revisionWithTool(text, revised, answer, tested ? 0.2 : 0.05),
      ...idleParts(text, NOTHING, said, 0.1),
    ];
  },
};

/** The function that a task's tests describe: the reading of its text that the public test allows. */
export function truthOf(task: Task): ListFunction {
  const text = task.text.replace(TESTED, '');
  const strict = readFunction(text, true);
  return failedTest(task, strict) === undefined ? strict : readFunction(text, false);
}

/** Behaviour on lists that tell all functions of this family apart. */
export function behaviourKey(f: ListFunction): string {
  return `${NAME}:${sha256(JSON.stringify(PROBES.map((probe) => applyFunction(f, probe)))).slice(0, 24)}`;
}

/** Every integer that matters, in an order that is neither up nor down, then each alone in tens. */
const PROBES: readonly (readonly number[])[] = [
  Array.from({ length: 101 }, (_, i) => (i * 37) % 101),
  ...Array.from({ length: 11 }, (_, ten) => Array.from({ length: 10 }, (_, i) => ten * 10 + ((i * 7) % 10))),
  ...Array.from({ length: 101 }, (_, i) => [i]),
];

/** What an item itself is compared with, where it is changed before: a harder task's is out of the others' reach. */
function itemBound({ bound, change, changeFirst }: ListFunction): number {
  if (!changeFirst || change === undefined) return bound;
  return change.operator === '+' ? bound - change.by : bound + change.by;
}

function drawFunction(random: RandomStream, split: Split): ListFunction {
  const [least, most] = split === 'harder' ? [LEAST_HARDER, 95] : [5, 60];
  const ending = random.pick<Ending>(['sum', 'sum', 'count', 'list', 'back', 'sort', 'first', 'last']);
  const operator = random.pick(['+', '-', '*', '%'] as const);
  const change: Change = random.uniform() < 0.2 ? undefined : { operator, by: random.integer(2, 9) };
  return {
    comparison: random.pick(['>', '>=', '<', '<='] as const),
    bound: random.integer(least, most),
    change,
    changeFirst: (operator === '+' || operator === '-') && change !== undefined && random.uniform() < 0.4,
    ending,
  };
}

/** Undefined when the open comparison makes no difference that a test of three or four items can show. */
function toTask(f: ListFunction, random: RandomStream): Task | undefined {
  const boundary = boundaryItem(f);
  if (boundary === undefined) return undefined;
  const other = { ...f, comparison: otherComparison(f.comparison) };
  const draws = Array.from({ length: 12 }, () => shortList(random, boundary, random.integer(3, 4)));
  const [shown, ...telling] = draws.filter((d) => !same(applyFunction(f, d), applyFunction(other, d)));
  if (shown === undefined || telling.length < HIDDEN_AT_BOUND) return undefined;
  const test = (input: readonly number[]): Test => ({ input: [[...input]], output: applyFunction(f, input) });
  const hidden = [...telling.slice(0, HIDDEN_AT_BOUND), [], longList(random), longList(random)];
  const attribute = random.pick(['exact', 'tested', 'tested', 'tested'] as const);
  const exact = attribute === 'exact';
  const text = describeFunction(f, random, exact) + (exact ? '' : TESTED);
  const key = behaviourKey(f);
  const check = {
    kind: 'tests' as const,
    public: exact ? [] : [test(shown)],
    hidden: (exact ? [shown, ...hidden] : hidden).map(test),
  };
  return { id: taskId(NAME, key, text), family: NAME, key, attribute, text, check };
}

/** A few items around the bound, the bound's own item among them. */
function shortList(random: RandomStream, boundary: number, length: number): number[] {
  const others = Array.from({ length: length - 1 }, () =>
    Math.max(0, boundary + random.pick([-1, 1]) * random.integer(1, 20)),
  );
  return random.shuffle([boundary, ...others]);
}

function longList(random: RandomStream): number[] {
  return Array.from({ length: random.integer(6, 10) }, () => random.integer(0, 99));
}

/** Mostly the other reading, sometimes a slip: a wrong bound or a wrong ending. */
function draftToRevise(truth: ListFunction, random: RandomStream): ListFunction {
  const kind = random.uniform();
  if (kind < 0.9) return { ...truth, comparison: otherComparison(truth.comparison) };
  if (kind < 0.95) return { ...truth, bound: truth.bound + random.pick([-1, 1, 10]) };
  return { ...truth, ending: random.pick<Ending>(['sum', 'count', 'list', 'sort']) };
}

/** The draft and what its public test says; a draft that happens to pass is replaced by the wrong reading. */
function revision(task: Task, draft: ListFunction): { draft: string; feedback: string } {
  const truth = truthOf(task);
  const wrong = { ...truth, comparison: otherComparison(truth.comparison) };
  const chosen = failedTest(task, draft) ? draft : wrong;
  const { test, got } = must(
    failedTest(task, chosen),
    `a public test of ${task.id} that its other reading fails`,
  );
  return { draft: functionSource(chosen), feedback: testFeedback(got, test.output) };
}

function failedTest(task: Task, f: ListFunction): { test: Test; got: number | number[] } | undefined {
  if (task.check.kind !== 'tests') return undefined;
  for (const test of task.check.public) {
    const items = z.array(z.number()).parse(test.input[0]);
    const got = applyFunction(f, items);
    if (!same(got, test.output)) return { test, got };
  }
  return undefined;
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
