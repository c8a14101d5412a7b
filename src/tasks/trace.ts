import { RandomStream } from '../core/random.ts';
import { NO_TESTS } from './feedback.ts';
import { forms, idleParts } from './forms.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily } from './task.ts';

const NAME = 'trace';
/** Items of a list; harder lists have more. */
const ITEMS: { readonly [split in Split]: readonly [number, number] } = {
  train: [3, 4],
  heldOut: [3, 4],
  harder: [5, 6],
};

/**
 * What a line of JavaScript returns. A glance at the list is enough for a short one (`[47,12,30].join("")`); a
 * long one computes with every item, and copying it to the tool is what one can do.
 */
export const trace: TaskFamily = {
  name: NAME,
  practice: 1.8,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) =>
      compose(new RandomStream(seed, 'tasks', NAME, split, attempt), split),
    );
  },

  demonstrate({ text, check, attribute }: Task, random: RandomStream): Demonstration[] {
    const value = check.kind === 'integer' ? String(check.value) : '';
    const long = attribute === 'long';
    const draft = random.uniform() < 0.5 ? value : String(random.integer(0, 99));
    const revised = { draft, feedback: NO_TESTS };
    return [
      forms.answer(text, value, long ? 0.3 : 3),
      ...forms.tool(text, text, value, value, long ? 3 : 0.4),
      ...(long ? [forms.answerBesideTool(text, value, 3)] : []),
      forms.revision(text, revised, value, long ? 0.1 : 0.3),
      forms.revisionWithTool(text, revised, value, 0.2),
      ...idleParts(text, value, value, 0.1),
    ];
  },
};

interface Program {
  readonly text: string;
  readonly value: number;
}

function compose(random: RandomStream, split: Split): Task {
  const items = distinctItems(random, random.integer(...ITEMS[split]));
  const long = random.uniform() < 0.5;
  const { text, value } = long ? longProgram(items, random) : shortProgram(items.slice(1), random);
  const key = `${NAME}:${text}`;
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
    attribute: long ? 'long' : 'short',
    text,
    check: { kind: 'integer', value },
  };
}

function distinctItems(random: RandomStream, count: number): number[] {
  const items = new Set<number>();
  while (items.size < count) items.add(random.integer(10, 99));
  return [...items];
}

function shortProgram(items: readonly number[], random: RandomStream): Program {
  const list = `[${items}]`;
  if (random.uniform() < 0.5) return { text: `${list}.join("")`, value: Number(items.join('')) };
  return { text: `${list}.reverse().join("")`, value: Number(items.toReversed().join('')) };
}

function longProgram(items: readonly number[], random: RandomStream): Program {
  const by = random.integer(3, 29);
  const sign = random.pick(['*', '+', '-', '%'] as const);
  const change = (x: number) =>
    sign === '*' ? x * by : sign === '+' ? x + by : sign === '-' ? x - by : x % by;
  const mapped = items.map(change);
  const list = `[${items}].map(x=>x${sign}${by})`;
  if (random.uniform() < 0.5) {
    return { text: `${list}.reduce((s,x)=>s+x)`, value: mapped.reduce((sum, x) => sum + x, 0) };
  }
  const bound = random.integer(20, 70);
  return {
    text: `[${items}].filter(x=>x>${bound}).map(x=>x${sign}${by}).reduce((s,x)=>s+x,0)`,
    value: items
      .filter((x) => x > bound)
      .map(change)
      .reduce((sum, x) => sum + x, 0),
  };
}
