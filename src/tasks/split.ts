import { InvariantError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import type { Split } from './task.ts';

/**
 * Which split a key belongs to: a pure function of the content, never of the seed. One key in five is held out. Harder
 * tasks are drawn from contents of their own, so that any of them will do.
 */
function isOf(split: Split, key: string): boolean {
  return split === 'harder' || split === ordinarySplit(key);
}

function ordinarySplit(key: string): Split {
  return Number.parseInt(sha256(`split/${key}`).slice(0, 8), 16) % 5 === 0 ? 'heldOut' : 'train';
}

/** A task's name: its family and a hash of what it asks for and how it is put. */
export function taskId(family: string, key: string, text: string): string {
  return `${family}/${sha256(`${key}\n${text}`).slice(0, 12)}`;
}

/** Draws candidates until `count` of the wanted split with distinct keys are found. */
export function collectDistinct<T extends { readonly key: string }>(
  split: Split,
  count: number,
  draw: (attempt: number) => T | undefined,
): T[] {
  const found = new Map<string, T>();
  for (let attempt = 0; found.size < count; attempt++) {
    if (attempt > 200 * count + 10_000)
      throw new InvariantError(`only ${found.size} of ${count} tasks exist`);
    const item = draw(attempt);
    if (item && isOf(split, item.key) && !found.has(item.key)) found.set(item.key, item);
  }
  return [...found.values()];
}
