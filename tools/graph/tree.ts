import { type Chart, type ChartEdge, type ChartNode, statesOf } from './chart.ts';
import { edgeText } from './label.ts';

/** The states of a chart as a tree that can be walked upwards too. The root counts as a state here. */
export class ChartTree {
  readonly root: ChartNode;
  readonly #nodes = new Map<string, ChartNode>();
  readonly #parents = new Map<string, ChartNode>();

  constructor(chart: Chart) {
    this.root = chart.root;
    for (const state of [chart.root, ...statesOf(chart)]) {
      this.#nodes.set(state.id, state);
      for (const child of state.states) this.#parents.set(child.id, state);
    }
  }

  get(id: string): ChartNode | undefined {
    return this.#nodes.get(id);
  }

  parent(id: string): ChartNode | undefined {
    return this.#parents.get(id);
  }

  /** The states around a state, the innermost first, the root last. */
  ancestors(id: string): ChartNode[] {
    const above: ChartNode[] = [];
    for (let next = this.parent(id); next !== undefined; next = this.parent(next.id)) above.push(next);
    return above;
  }

  /** Whether a state is another one or lies inside of it. */
  within(id: string, outer: string): boolean {
    return id === outer || this.ancestors(id).some((state) => state.id === outer);
  }

  /** The innermost state that encloses both states properly; the root encloses itself. */
  home(one: string, other: string): ChartNode {
    return this.ancestors(one).find(({ id }) => id !== other && this.within(other, id)) ?? this.root;
  }

  /** A state's path below the root, for people: `working.vote`; the root's is its id. */
  path(id: string): string {
    const names = [this.get(id), ...this.ancestors(id)].flatMap((state) =>
      state === undefined || state === this.root ? [] : [state.name],
    );
    return names.length === 0 ? id : names.reverse().join('.');
  }

  /** A transition on one line, for people: `calling → failed: called [cutOff] / hear`. */
  edge(edge: ChartEdge): string {
    const to = edge.target === null ? '' : ` → ${this.path(edge.target)}`;
    return `${this.path(edge.source)}${to}: ${edgeText(edge)}`;
  }

  /** Where a compound or parallel state begins: its initial child, or all its regions. */
  begins(state: ChartNode): readonly ChartNode[] {
    if (state.type === 'parallel') return state.states;
    return state.states.filter(({ id }) => id === state.initial);
  }

  /**
   * The ids of all states that are active once a transition to `target` is done: the target, what it begins
   * with, and everything around it with the other regions of parallel states. The root is not among them.
   */
  entered(target: string): Set<string> {
    const ids = new Set<string>();
    const enter = (state: ChartNode): void => {
      ids.add(state.id);
      for (const child of this.begins(state)) enter(child);
    };
    let inner = this.get(target);
    if (inner !== undefined) enter(inner);
    for (const state of this.ancestors(target)) {
      ids.add(state.id);
      if (state.type === 'parallel') for (const region of state.states) if (region !== inner) enter(region);
      inner = state;
    }
    ids.delete(this.root.id);
    return ids;
  }
}
