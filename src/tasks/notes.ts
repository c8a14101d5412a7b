import { must } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import { NO_TESTS } from './feedback.ts';
import { forms, idleParts } from './forms.ts';
import { NAMES } from './names.ts';
import { SMUDGED, smudging } from './smudge.ts';
import { collectDistinct, taskId } from './split.ts';
import type { Demonstration, Split, Task, TaskFamily } from './task.ts';

const NAME = 'notes';
const smudge = smudging(0.5);
/** So that every name stands behind a space, and is the same token wherever it stands. */
const CLEAR = 'notes: ';
/** Notes on a page; a harder page has more. */
const LENGTHS: { readonly [split in Split]: readonly [number, number] } = {
  train: [3, 4],
  heldOut: [3, 4],
  harder: [5, 6],
};

/**
 * Who has how much, from a page of notes: `notes: ann47, bob12, cy30? bob` asks for 12. From a clear page one agent reads
 * it; from a smudged one every agent has a copy with other mistakes, and only a vote can do better than half.
 */
export const notes: TaskFamily = {
  name: NAME,
  practice: 0.8,
  generate(seed: number, split: Split, count: number): Task[] {
    return collectDistinct(split, count, (attempt) =>
      compose(new RandomStream(seed, 'tasks', NAME, split, attempt), split),
    );
  },

  demonstrate({ text }: Task, random: RandomStream): Demonstration[] {
    const seen = smudge(text, random);
    const read = figure(seen);
    const earlier = figure(smudge(text, random));
    return [
      forms.answer(seen, read, 3),
      ...forms.tool(seen, read, read, read, 0.3),
      forms.revision(seen, { draft: earlier, feedback: NO_TESTS }, read, 0.25),
      forms.revisionWithTool(seen, { draft: earlier, feedback: NO_TESTS }, read, 0.2),
      ...idleParts(seen, earlier, random.pick([read, earlier]), 0.12),
    ];
  },

  observe: smudge,
};

function compose(random: RandomStream, split: Split): Task {
  const names = random.shuffle(NAMES).slice(0, random.integer(...LENGTHS[split]));
  const page = names.map((name) => ({ name, figure: random.integer(10, 99) }));
  const asked = random.pick(page);
  const smudged = random.uniform() < 0.6;
  const body = `${page.map(({ name, figure: value }) => `${name}${value}`).join(', ')}? ${asked.name}`;
  const text = (smudged ? SMUDGED : CLEAR) + body;
  // The order of the notes is how it is put, not what is asked.
  const content = page.map(({ name, figure: value }) => `${name}${value}`).sort();
  const key = `${NAME}:${content.join(' ')}:${asked.name}`;
  return {
    id: taskId(NAME, key, text),
    family: NAME,
    key,
    attribute: smudged ? 'smudged' : 'clear',
    text,
    check: { kind: 'integer', value: asked.figure },
  };
}

/** The figure that a copy shows for the name that is asked for. */
function figure(seen: string): string {
  const asked = must(/\? ([a-z]+)$/.exec(seen)?.[1], `a question in "${seen}"`);
  return must(new RegExp(` ${asked}(\\d+)`).exec(seen)?.[1], `a note on ${asked} in "${seen}"`);
}
