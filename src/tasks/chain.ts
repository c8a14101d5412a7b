import { must } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import { NO_TESTS } from './feedback.ts';
import { forms } from './forms.ts';
import { NAMES } from './names.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily } from './task.ts';

const NAME = 'chain';
/** Names in a table; a harder table has more. */
const NAMES_IN: { readonly [split in Split]: number } = { train: 5, heldOut: 5, harder: 7 };
/** As often as a name is looked up so many times. */
const TIMES = [1, 1, 1, 2, 2, 3, 3] as const;
const COUNT_WORDS = ['one', 'two', 'three'] as const;

/**
 * A function given by its table, applied once, twice or three times: `next: ann cy, cy bob, bob ann? 2 ann` asks for bob.
 * Once is one look at the table. Each further time needs what the last one found, so that agents who look once each, the next
 * where the last one came to, do better than one who says the end at once; how many are worth their price depends on the number of times.
 */
export const chain: TaskFamily = {
  name: NAME,
  practice: 1.3,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) =>
      compose(new RandomStream(seed, 'tasks', NAME, split, attempt), split),
    );
  },

  demonstrate({ text, attribute }: Task, random: RandomStream): Demonstration[] {
    const { next, start, times } = readTable(text);
    // Where so many looks come to; behind a space, so that a name is the token that it is in the table.
    const found = (looks: number): string => ` ${walk(next, start, Math.min(looks, times))}`;
    const end = found(times);
    const draft = random.uniform() < 0.5 ? end : ` ${random.pick([...next.keys()])}`;
    const revised = { draft, feedback: NO_TESTS };
    const once = attribute === 'one';
    return [
      forms.answer(text, end, once ? 3 : 0.3),
      ...forms.tool(text, JSON.stringify(end), JSON.stringify(end), end, once ? 0.3 : 0.1),
      forms.revision(text, revised, end, once ? 0.25 : 0.1),
      forms.revisionWithTool(text, revised, end, 0.1),
      forms.part(text, [], found(1), 3),
      forms.part(text, [found(1)], found(2), 2),
      forms.lastPart(text, [found(1)], end, times === 2 ? 1.5 : 0.15),
      forms.lastPart(text, [found(1), found(2)], end, times === 3 ? 1.5 : 0.15),
    ];
  },
};

interface Table {
  readonly next: ReadonlyMap<string, string>;
  readonly start: string;
  readonly times: number;
}

function compose(random: RandomStream, split: Split): Task {
  const names = random.shuffle(NAMES).slice(0, NAMES_IN[split]);
  const pairs = names.map((name, index) => [name, names[(index + 1) % names.length] ?? name] as const);
  const start = random.pick(names);
  const times = random.pick(TIMES);
  const shown = random.shuffle(pairs).map((pair) => pair.join(' '));
  const text = `next: ${shown.join(', ')}? ${times} ${start}`;
  // The order of the pairs is how it is put, not what is asked.
  const key = `${NAME}:${pairs
    .map((pair) => pair.join(' '))
    .sort()
    .join(',')}:${start}:${times}`;
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
    attribute: must(COUNT_WORDS[times - 1], 'a word for the count'),
    text,
    check: { kind: 'text', value: walk(new Map(pairs), start, times) },
  };
}

function walk(next: ReadonlyMap<string, string>, start: string, times: number): string {
  let name = start;
  for (let count = 0; count < times; count++) name = must(next.get(name), `what follows ${name}`);
  return name;
}

function readTable(text: string): Table {
  const [table = '', question = ''] = text.replace('next: ', '').split('? ');
  const pairs = table.split(', ').map((pair) => {
    const [name = '', following = ''] = pair.split(' ');
    return [name, following] as const;
  });
  const [times, start = ''] = question.split(' ');
  return { next: new Map(pairs), start, times: Number(times) };
}
