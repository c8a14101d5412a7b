import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TreeCursor } from '../../src/tui/tree-cursor.ts';
import { RunView } from '../../src/views/run-view.ts';
import { TreeView } from '../../src/views/tree-view.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { find, foldedTo, recordedRun } from '../views/recorded.ts';

const FIRST = 'step/0000/task/000';
const SECOND = 'step/0000/task/001';
const DESIGN = `${FIRST}/design/0`;

let log: MemoryLog;
let tree: TreeView;
let cursor: TreeCursor;
beforeAll(async () => {
  log = await recordedRun();
  tree = foldedTo(log, find(log, ({ type }) => type === 'credited').seq).tree;
});
beforeEach(() => {
  cursor = new TreeCursor(tree);
});

const visible = () => cursor.rows.map(({ stream }) => stream);

describe('TreeCursor', () => {
  it('begins on the first task that is still worked on, with its designs in view', () => {
    const view = new RunView();
    const [done, busy] = ['step/0003/task/000', 'step/0003/task/001'];
    for (const event of log.events()) {
      view.apply(event);
      if (view.tree.tasks.get(done)?.state !== 'done' || view.tree.tasks.get(busy)?.state !== 'working')
        continue;
      const follower = new TreeCursor(view.tree);
      expect(follower).toMatchObject({ following: true, selected: busy });
      expect(follower.rows.filter(({ open }) => open).map(({ stream }) => stream)).toEqual([busy]);
      return;
    }
    throw new Error('the first task was never done before the second');
  });

  it('is on the first task where all are done', () => {
    expect(cursor.selected).toBe(FIRST);
    expect(visible()).toEqual([FIRST, DESIGN, `${FIRST}/design/1`, SECOND]);
  });

  it('moves line by line and stays at the ends; moving ends following', () => {
    cursor.move(1);
    expect(cursor.selected).toBe(DESIGN);
    expect(cursor.following).toBe(false);
    cursor.move(99);
    expect(cursor.selected).toBe(SECOND);
    cursor.move(-99);
    expect(cursor.selected).toBe(FIRST);
  });

  it('opens what is closed, then goes into it', () => {
    cursor.move(1);
    cursor.enter();
    expect(cursor.selected).toBe(DESIGN);
    expect(visible()).toContain(`${DESIGN}/exec/01`);
    cursor.enter();
    expect(cursor.selected).toBe(`${DESIGN}/exec/00`);
  });

  it('has nothing to enter in an execution', () => {
    cursor.move(1);
    cursor.enter();
    cursor.enter();
    const before = visible();
    cursor.enter();
    expect(cursor.selected).toBe(`${DESIGN}/exec/00`);
    expect(visible()).toEqual(before);
  });

  it('goes to the parent, closes it, and so on up to the task', () => {
    cursor.move(1);
    cursor.enter();
    cursor.move(2);
    expect(cursor.selected).toBe(`${DESIGN}/exec/01`);
    cursor.leave();
    expect(cursor.selected).toBe(DESIGN);
    cursor.leave();
    expect(visible()).not.toContain(`${DESIGN}/exec/00`);
    cursor.leave();
    expect(cursor.selected).toBe(FIRST);
    cursor.leave();
    expect(visible()).toEqual([FIRST, SECOND]);
    cursor.leave();
    expect(cursor.selected).toBe(FIRST);
  });

  it('stays where it is when following ends, and goes back to the work when it begins', () => {
    cursor.follow();
    expect(cursor.following).toBe(false);
    expect(cursor.selected).toBe(FIRST);
    cursor.move(99);
    cursor.follow();
    expect(cursor.following).toBe(true);
    expect(cursor.selected).toBe(FIRST);
  });

  it('falls back to the nearest line above where its own is not in view', () => {
    cursor.move(1);
    const fewer = new TreeView();
    fewer.apply(find(log, ({ stream }) => stream === FIRST));
    cursor.show(fewer);
    expect(cursor.selected).toBe(FIRST);
  });

  it('goes to the first task of the next step, and comes back with its tree', () => {
    cursor.move(1);
    const next = find(log, ({ stream }) => stream === 'step/0001/task/001');
    cursor.show(foldedTo(log, next.seq).tree);
    expect(cursor.selected).toBe('step/0001/task/000');
    cursor.show(tree);
    expect(cursor.selected).toBe(DESIGN);
  });

  it('bears a tree without tasks', () => {
    const empty = new TreeCursor(new TreeView());
    for (const act of [() => empty.move(1), () => empty.enter(), () => empty.leave(), () => empty.follow()]) {
      act();
      expect(empty.selected).toBe('');
      expect(empty.rows).toEqual([]);
    }
  });
});
