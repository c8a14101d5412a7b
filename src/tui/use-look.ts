import { useReducer, useState } from 'react';
import type { TreeView } from '../views/tree-view.ts';
import { DetailScroll } from './detail-scroll.ts';
import { TreeCursor } from './tree-cursor.ts';

/** Panels over the whole body: designs over the run; what the optimiser did. */
export type Over = 'designs' | 'optimiser';

/** Where somebody looks: the cursor in the tree, what of the details is in view, and how much they tell. */
export interface Look {
  readonly cursor: TreeCursor;
  readonly scroll: DetailScroll;
  tokens: boolean;
  /** What takes the place of everything else, if anything. */
  over: Over | null;
}

/** A {@link Look} at the tree in view, to begin with at a place in it, and a way to say that it has changed. */
export function useLook(tree: TreeView, place?: string): readonly [look: Look, changed: () => void] {
  const [look] = useState<Look>(() => {
    const cursor = new TreeCursor(tree);
    if (place !== undefined) cursor.goTo(place);
    return { cursor, scroll: new DetailScroll(), tokens: false, over: null };
  });
  const [, changed] = useReducer((count: number) => count + 1, 0);
  look.cursor.show(tree);
  return [look, changed];
}

/** Carries out the keys that both screens share; true if the key was one of them. */
export function changeLook(
  look: Look,
  input: string,
  key: {
    readonly upArrow: boolean;
    readonly downArrow: boolean;
    readonly return: boolean;
    readonly backspace: boolean;
    readonly delete: boolean;
  },
): boolean {
  const { cursor, scroll } = look;
  if (key.upArrow || input === 'k') cursor.move(-1);
  else if (key.downArrow || input === 'j') cursor.move(1);
  else if (key.return || input === 'l') cursor.enter();
  else if (key.backspace || key.delete || input === 'h') cursor.leave();
  else if (input === 'f') cursor.follow();
  else if (input === 'J') scroll.move(0.5);
  else if (input === 'K') scroll.move(-0.5);
  else if (input === 't') look.tokens = !look.tokens;
  else if (input === 'd') look.over = look.over === 'designs' ? null : 'designs';
  else if (input === 'o') look.over = look.over === 'optimiser' ? null : 'optimiser';
  else return false;
  return true;
}
