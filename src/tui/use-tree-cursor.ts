import { useReducer, useState } from 'react';
import type { TreeView } from '../views/tree-view.ts';
import { TreeCursor } from './tree-cursor.ts';

/** A {@link TreeCursor} over the tree in view, and a way to say that it was moved. */
export function useTreeCursor(tree: TreeView): readonly [cursor: TreeCursor, moved: () => void] {
  const [cursor] = useState(() => new TreeCursor(tree));
  const [, moved] = useReducer((count: number) => count + 1, 0);
  cursor.show(tree);
  return [cursor, moved];
}

/** Carries out the keys that both screens share; true if the key was one of them. */
export function moveCursor(
  cursor: TreeCursor,
  input: string,
  key: {
    readonly upArrow: boolean;
    readonly downArrow: boolean;
    readonly return: boolean;
    readonly backspace: boolean;
    readonly delete: boolean;
  },
): boolean {
  if (key.upArrow || input === 'k') cursor.move(-1);
  else if (key.downArrow || input === 'j') cursor.move(1);
  else if (key.return || input === 'l') cursor.enter();
  else if (key.backspace || key.delete || input === 'h') cursor.leave();
  else if (input === 'f') cursor.follow();
  else return false;
  return true;
}
