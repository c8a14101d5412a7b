import { z } from 'zod';
import { NEWEST } from '../core/behaviours.ts';
import { InvariantError, must } from '../core/errors.ts';
import { canonicalJson } from '../core/json.ts';
import { type Split, type Task, type TaskFamily, taskSchema } from './task.ts';

/** The tasks of a run. Made once from a seed, kept as a blob, read back from there. */
const taskSetSchema = z
  .object({
    train: z.array(taskSchema),
    heldOut: z.array(taskSchema),
    harder: z.array(taskSchema).default([]),
  })
  .readonly();
export type TaskSet = z.infer<typeof taskSetSchema>;

/** Tasks per family in each of the sets. */
export interface TaskSetSize {
  readonly train: number;
  readonly heldOut: number;
  readonly harder?: number;
}

/**
 * All sets, families interleaved, so that every prefix is balanced; as `TaskFamily.generate` makes them with these
 * behaviours, the newest if left out.
 */
export function buildTaskSet(
  seed: number,
  families: readonly TaskFamily[],
  size: TaskSetSize,
  behaviours: readonly number[] = NEWEST,
): TaskSet {
  const split = (name: Split) => {
    const count = size[name] ?? 0;
    return count === 0
      ? []
      : interleave(families.map((family) => family.generate(seed, name, count, behaviours)));
  };
  return { train: split('train'), heldOut: split('heldOut'), harder: split('harder') };
}

/** Canonical JSON: equal sets have equal bytes. */
export function encodeTaskSet(set: TaskSet): Uint8Array {
  return Buffer.from(canonicalJson(set), 'utf8');
}

export function decodeTaskSet(bytes: Uint8Array): TaskSet {
  return taskSetSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/**
 * Looks single tasks up in an encoded set, which is read whole but checked only where somebody looks: checking thousands of
 * tasks takes half a second.
 */
export function taskFinder(bytes: Uint8Array): (id: string) => Task | undefined {
  const sets = z
    .record(z.string(), z.array(z.unknown()))
    .parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const tasks = Object.values(sets).flat();
  return (id) => {
    const found = tasks.find(
      (task) => typeof task === 'object' && task !== null && Reflect.get(task, 'id') === id,
    );
    return found === undefined ? undefined : taskSchema.parse(found);
  };
}

/** Looks tasks up by id. Throws an invariant error when two tasks share one, or on an unknown id. */
export class TaskIndex {
  readonly #tasks = new Map<string, Task>();
  readonly #byText = new Map<string, Task>();

  constructor(set: TaskSet) {
    for (const task of [...set.train, ...set.heldOut, ...set.harder]) {
      if (this.#tasks.has(task.id)) throw new InvariantError(`two tasks are called ${task.id}`);
      this.#tasks.set(task.id, task);
      if (!this.#byText.has(task.text)) this.#byText.set(task.text, task);
    }
  }

  /** The first task with this text. */
  withText(text: string): Task | undefined {
    return this.#byText.get(text);
  }

  get(id: string): Task {
    return must(this.#tasks.get(id), `a task called ${id}`);
  }
}

/** The first tasks of each family: of an interleaved list, its beginning. All if no count is given. */
export function firstOfEach(tasks: readonly Task[], count = Number.POSITIVE_INFINITY): Task[] {
  const seen = new Map<string, number>();
  return tasks.filter(({ family }) => {
    const before = seen.get(family) ?? 0;
    seen.set(family, before + 1);
    return before < count;
  });
}

function interleave(lists: readonly (readonly Task[])[]): Task[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
