import { type TreeRow, treeRows } from '../views/tree-rows.ts';
import type { TreeView } from '../views/tree-view.ts';

/**
 * A cursor in the rollout tree: what is selected, what is open, and moving it. While it follows, the first
 * task that is still being worked on is selected and open; any other key ends that.
 */
export class TreeCursor {
  #tree: TreeView;
  #chosen = '';
  #open: ReadonlySet<string> = new Set();
  #following = true;

  constructor(tree: TreeView) {
    this.#tree = tree;
  }

  /** The tree in view now; it changes with every step. */
  show(tree: TreeView): void {
    this.#tree = tree;
  }

  get following(): boolean {
    return this.#following;
  }

  get rows(): readonly TreeRow[] {
    return treeRows(this.#tree, this.#openNow());
  }

  get selected(): string {
    const wanted = this.#following ? (this.#busiest() ?? '') : this.#chosen;
    const { rows } = this;
    const above = rows.filter((row) => `${wanted}/`.startsWith(`${row.stream}/`)).at(-1);
    return above?.stream ?? rows[0]?.stream ?? '';
  }

  move(by: number): void {
    const { rows } = this;
    const at = rows.findIndex(({ stream }) => stream === this.selected);
    this.#choose(rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.stream);
  }

  /** Opens the selected line, or goes to its first child. */
  enter(): void {
    const { rows, selected } = this;
    const at = rows.findIndex(({ stream }) => stream === selected);
    const row = rows[at];
    if (row === undefined || !row.expandable) return;
    if (row.open) this.#choose(rows[at + 1]?.stream);
    else this.#choose(selected, new Set([...this.#openNow(), selected]));
  }

  /** Closes the selected line, or goes to its parent. */
  leave(): void {
    const { rows, selected } = this;
    const at = rows.findIndex(({ stream }) => stream === selected);
    const row = rows[at];
    if (row === undefined) return;
    if (row.open) this.#choose(selected, new Set([...this.#openNow()].filter((each) => each !== selected)));
    else this.#choose(rows.findLast((each, index) => index < at && each.depth < row.depth)?.stream);
  }

  /** Selects a stream, or what is nearest above it, wherever it is in the tree. */
  goTo(stream: string): void {
    const parts = stream.split('/');
    this.#choose(stream, new Set(parts.map((_, index) => parts.slice(0, index + 1).join('/')).slice(0, -1)));
  }

  follow(): void {
    if (this.#following) this.#choose(this.selected);
    else this.#following = true;
  }

  #choose(stream: string | undefined, open = this.#openNow()): void {
    if (stream === undefined) return;
    this.#open = open;
    this.#chosen = stream;
    this.#following = false;
  }

  #openNow(): ReadonlySet<string> {
    const busiest = this.#busiest();
    return this.#following && busiest !== undefined ? new Set([busiest]) : this.#open;
  }

  #busiest(): string | undefined {
    const tasks = [...this.#tree.tasks.values()];
    return (tasks.find(({ state }) => state !== 'done') ?? tasks[0])?.stream;
  }
}
