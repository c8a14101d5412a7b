import { behaves, NEWEST } from '../core/behaviours.ts';
import { must } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import { NO_TESTS, testFeedback } from './feedback.ts';
import { forms, idleParts, NOTHING } from './forms.ts';
import { SMUDGED, smudging } from './smudge.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily, Test } from './task.ts';
import { toolText } from './tool.ts';

const NAME = 'memo';
const FIRSTS = ['add', 'less', 'from', 'times', 'mod', 'at least', 'at most'] as const;
/** What comes after it, as source around the expression so far. */
const END = {
  done: (e: string) => e,
  doubled: (e: string) => `(${e})*2`,
  tripled: (e: string) => `(${e})*3`,
  squared: (e: string) => `(${e})**2`,
  negated: (e: string) => `-(${e})`,
  'as text': (e: string) => `String(${e})`,
} as const;
const ENDS = ['done', 'doubled', 'tripled', 'squared', 'negated', 'as text'] as const;
const TESTED = '; test';
/** As often as a memo is one. */
const ATTRIBUTES = ['clear', 'smudged', 'smudged', 'smudged', 'tested', 'tested', 'tested'] as const;
/** More mistakes than not, so that a single reader solves few of the smudged ones. */
const smudge = smudging(0.55);
/** Figures of a step, both ends included. */
const [LEAST, MOST] = [11, 99] as const;
const INPUTS = [3, 8, 20, 57, 130];

type First = (typeof FIRSTS)[number];
type End = (typeof ENDS)[number];
interface Step {
  readonly first: First;
  readonly figure: number;
}
interface Memo {
  readonly steps: readonly Step[];
  readonly end: End;
}

/**
 * A function of one number from a memo: `add 37, doubled` is `x=>(x+37)*2`. From a clear memo one agent writes it.
 * From a smudged one each agent has a copy with other figures: a vote finds what most copies say, and where there is a
 * public test, trying, testing and reading another copy finds it for less.
 */
export const memo: TaskFamily = {
  name: NAME,
  practice: 0.7,
  generate(seed: number, split: Split, count: number, behaviours: readonly number[] = NEWEST): Task[] {
    const taken = split === 'harder' && behaves(behaviours, 'harderApart') ? simpleKeys() : NO_KEYS;
    return collectDistinct(split, count, (attempt) => {
      const task = compose(new RandomStream(seed, 'tasks', NAME, split, attempt), split);
      return task === undefined || taken.has(task.key) ? undefined : task;
    });
  },

  demonstrate({ text, check }: Task, random: RandomStream): Demonstration[] {
    const seen = smudge(text, random);
    const written = source(readMemo(seen));
    const tried = readMemo(smudge(text, random));
    const draft = source(tried);
    const shown = check.kind === 'tests' ? check.public[0] : undefined;
    const feedback = shown === undefined ? NO_TESTS : feedbackOn(tried, shown);
    const [input = 0] = INPUTS;
    const call = `(${written})(${input})`;
    return [
      forms.answer(seen, written, 3),
      ...forms.tool(seen, call, toolText(apply(readMemo(seen), input)), written, 0.05),
      ...(feedback === null
        ? []
        : [
            forms.revision(seen, { draft, feedback }, written, shown === undefined ? 0.03 : 2),
            forms.revisionWithTool(seen, { draft, feedback }, written, 0.05),
          ]),
      ...idleParts(seen, NOTHING, written, 0.03),
    ];
  },

  observe: smudge,
};

const NO_KEYS: ReadonlySet<string> = new Set();

/** What all memos of one step ask for: a second step may undo the first, as in `add 23, mod 23`. */
function simpleKeys(): ReadonlySet<string> {
  const figures = Array.from({ length: MOST - LEAST + 1 }, (_, index) => LEAST + index);
  return new Set(
    FIRSTS.flatMap((first) =>
      figures.flatMap((figure) => ENDS.map((end) => keyOf({ steps: [{ first, figure }], end }))),
    ),
  );
}

/** A memo's behaviour: what it gives for some numbers, those of the tests among them. */
function keyOf(what: Memo): string {
  return `${NAME}:${[...INPUTS, 99, 1000].map((input) => apply(what, input)).join(',')}`;
}

/**
 * A harder memo has two steps, of kinds that hardly ever come to what a single step does. Undefined where no input of the tests shows
 * what the figure is.
 */
function compose(random: RandomStream, split: Split): Task | undefined {
  const drawn = (firsts: readonly First[]): Step => ({
    first: random.pick(firsts),
    figure: random.integer(LEAST, MOST),
  });
  const steps =
    split === 'harder' ? [drawn(['add', 'less', 'from']), drawn(['times', 'mod'])] : [drawn(FIRSTS)];
  const what: Memo = { steps, end: random.pick(ENDS) };
  const attribute = random.pick(ATTRIBUTES);
  const words = steps.map(({ first, figure }) => `${first} ${figure}`);
  const body = [...words, what.end].join(', ');
  const text = `${attribute === 'clear' ? '' : SMUDGED}${body}${attribute === 'tested' ? TESTED : ''}`;
  const test = (input: number): Test => ({ input: [input], output: apply(what, input) });
  const inputs = random.shuffle(INPUTS);
  const shown = inputs.find((input) => tells(what, input));
  if (shown === undefined) return undefined;
  const hidden = inputs.filter((input) => input !== shown);
  const key = keyOf(what);
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
    attribute,
    text,
    check: {
      kind: 'tests',
      public: attribute === 'tested' ? [test(shown)] : [],
      hidden: (attribute === 'tested' ? hidden : [shown, ...hidden]).map(test),
    },
  };
}

/** Whether hardly any other figure in its first step would give the same for this input. */
function tells({ steps, end }: Memo, input: number): boolean {
  const [first, ...rest] = steps;
  if (first === undefined) return false;
  const value = apply({ steps, end }, input);
  const others = Array.from({ length: MOST - LEAST + 1 }, (_, i) => ({ ...first, figure: LEAST + i }));
  return others.filter((other) => apply({ steps: [other, ...rest], end }, input) === value).length <= 4;
}

function source({ steps, end }: Memo): string {
  return `x=>${END[end](steps.reduce(stepSource, 'x'))}`;
}

function stepSource(so: string, { first, figure }: Step): string {
  const inner = so === 'x' ? so : `(${so})`;
  switch (first) {
    case 'add':
      return `${so}+${figure}`;
    case 'less':
      return `${so}-${figure}`;
    case 'from':
      return `${figure}-${inner}`;
    case 'times':
      return `${inner}*${figure}`;
    case 'mod':
      return `${inner}%${figure}`;
    case 'at least':
      return `Math.max(${so},${figure})`;
    case 'at most':
      return `Math.min(${so},${figure})`;
  }
}

function apply({ steps, end }: Memo, x: number): number | string {
  const value = steps.reduce(applyStep, x);
  switch (end) {
    case 'done':
      return value;
    case 'doubled':
      return value * 2;
    case 'tripled':
      return value * 3;
    case 'squared':
      return value ** 2;
    case 'negated':
      // Plain zero: JSON knows no other.
      return 0 - value;
    case 'as text':
      return String(value);
  }
}

function applyStep(so: number, { first, figure }: Step): number {
  switch (first) {
    case 'add':
      return so + figure;
    case 'less':
      return so - figure;
    case 'from':
      return figure - so;
    case 'times':
      return so * figure;
    case 'mod':
      return so % figure;
    case 'at least':
      return Math.max(so, figure);
    case 'at most':
      return Math.min(so, figure);
  }
}

/** What a copy of a memo says. */
function readMemo(seen: string): Memo {
  const body = seen.replace(SMUDGED, '').replace(TESTED, '').split(', ');
  const end = ENDS.find((each) => each === body.at(-1));
  return {
    steps: body.slice(0, -1).map((step) => {
      const figure = /\d+$/.exec(step)?.[0] ?? '';
      const word = step.slice(0, -figure.length).trim();
      const first = FIRSTS.find((each) => each === word);
      return { first: must(first, `a step in "${seen}"`), figure: Number(figure) };
    }),
    end: must(end, `an end in "${seen}"`),
  };
}

/** What the public test says of a draft; null where it passes. */
function feedbackOn(tried: Memo, { input, output }: Test): string | null {
  const got = apply(tried, Number(input[0]));
  return got === output ? null : testFeedback(got, output);
}
