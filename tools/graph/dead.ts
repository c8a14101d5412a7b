import { type Chart, type ChartEdge, type ChartNode, statesOf } from './chart.ts';
import { ChartTree } from './tree.ts';

/** What a chart has in vain. Ids of states and edges, in document order. */
export interface Dead {
  /** States that no way leads to from the initial state. */
  readonly unreachable: readonly string[];
  /** States that can be entered, but from which no way leads to a final state of the machine. */
  readonly stuck: readonly string[];
  /** Transitions that come behind one for the same event that has no guard, and so never get their turn. */
  readonly shadowed: readonly string[];
}

/**
 * Searches a chart for dead states and transitions. The search is structural: a guard is taken to hold at some
 * time and to fail at another, and regions of a parallel state to move independently. So whatever it finds is
 * dead indeed, while a chart without findings may still have ways that no data ever opens.
 */
export function dead(chart: Chart): Dead {
  const tree = new ChartTree(chart);
  const shadowed = shadowedEdges(chart);
  const edges = chart.edges.filter(({ id }) => !shadowed.has(id));
  const reached = reachable(tree, edges);
  const live = edges.filter(
    (edge) => reached.has(edge.source) && (!isDone(edge, tree) || completes(tree.get(edge.source), reached)),
  );
  const ending = endings(tree, live);
  const ids = statesOf(chart).map(({ id }) => id);
  return {
    unreachable: ids.filter((id) => !reached.has(id)),
    stuck: ids.filter((id) => reached.has(id) && !ending.has(id)),
    shadowed: [...shadowed],
  };
}

export function isDead({ unreachable, stuck, shadowed }: Dead): boolean {
  return unreachable.length + stuck.length + shadowed.length > 0;
}

function shadowedEdges({ edges }: Chart): Set<string> {
  const settled = new Set<string>();
  const shadowed = new Set<string>();
  for (const { id, source, event, guard } of edges) {
    const turn = JSON.stringify([source, event]);
    if (settled.has(turn)) shadowed.add(id);
    if (guard === null) settled.add(turn);
  }
  return shadowed;
}

/** Forwards from the initial state until nothing new is found. */
function reachable(tree: ChartTree, edges: readonly ChartEdge[]): Set<string> {
  const reached = new Set([tree.root.id, ...tree.entered(tree.root.id)]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const edge of edges) {
      if (edge.target === null || !reached.has(edge.source)) continue;
      if (isDone(edge, tree) && !completes(tree.get(edge.source), reached)) continue;
      for (const id of tree.entered(edge.target)) reached.add(id);
    }
  }
  return reached;
}

/**
 * Backwards from the machine's final states: all states from which, once active, the machine can end. A state
 * is left by its own transitions, by those of the states around it, by those of states next to it in other
 * regions that lead out of the parallel state, and by `onDone` once all that is inside can have ended.
 */
function endings(tree: ChartTree, edges: readonly ChartEdge[]): Set<string> {
  const ending = new Set<string>([tree.root.id]);
  const leads = ({ target }: ChartEdge) => target !== null && ending.has(target);
  /** Whether a compound state or region can be done, given where its own children can get from `id`. */
  const finishes = (id: string): boolean => tree.get(id)?.type === 'final' && doneEnds(tree.parent(id));
  /** Whether it helps that this state is done. */
  const doneEnds = (state: ChartNode | undefined): boolean => {
    if (state === undefined) return false;
    if (edges.some((edge) => edge.source === state.id && isDone(edge, tree) && leads(edge))) return true;
    if (state === tree.root) return true;
    const outer = tree.parent(state.id);
    return (
      outer?.type === 'parallel' &&
      outer.states.every((region) => canFinish(region, edges, tree)) &&
      doneEnds(outer)
    );
  };
  const leaves = (id: string): boolean => {
    const around = [id, ...tree.ancestors(id).map((state) => state.id)];
    if (edges.some((edge) => !isDone(edge, tree) && around.includes(edge.source) && leads(edge))) return true;
    return tree
      .ancestors(id)
      .some(
        (state) =>
          state.type === 'parallel' &&
          edges.some(
            (edge) =>
              edge.target !== null &&
              tree.within(edge.source, state.id) &&
              edge.source !== state.id &&
              !tree.within(edge.target, state.id) &&
              ending.has(edge.target),
          ),
      );
  };
  const begins = (state: ChartNode): boolean =>
    state.states.length > 0 &&
    (state.type === 'parallel'
      ? tree.begins(state).every(({ id }) => ending.has(id))
      : tree.begins(state).some(({ id }) => ending.has(id)));
  const states = descendants(tree.root);
  for (let before = 0; before < ending.size; ) {
    before = ending.size;
    for (const state of states) {
      if (ending.has(state.id)) continue;
      if (finishes(state.id) || leaves(state.id) || begins(state)) ending.add(state.id);
    }
  }
  return ending;
}

/** Whether a region can come to its own end by itself, whatever happens after that. */
function canFinish(region: ChartNode, edges: readonly ChartEdge[], tree: ChartTree): boolean {
  if (region.type === 'parallel') return region.states.every((inner) => canFinish(inner, edges, tree));
  const inside = edges.filter(({ target }) => target !== null && tree.within(target, region.id));
  const reached = new Set<string>([region.id, ...tree.entered(region.id)]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const edge of inside) {
      if (!reached.has(edge.source) || edge.target === null) continue;
      if (isDone(edge, tree) && !completes(tree.get(edge.source), reached)) continue;
      for (const id of tree.entered(edge.target)) if (tree.within(id, region.id)) reached.add(id);
    }
  }
  return completes(region, reached);
}

/** Whether a state can be done: one of its final children has been reached, or every region can be done. */
function completes(state: ChartNode | undefined, reached: ReadonlySet<string>): boolean {
  if (state === undefined) return false;
  if (state.type === 'parallel')
    return state.states.every((region) => region.type === 'final' || completes(region, reached));
  return state.states.some(({ id, type }) => type === 'final' && reached.has(id));
}

/** `onDone` bears its own state's name in the chart. */
function isDone({ event, source }: ChartEdge, tree: ChartTree): boolean {
  return event === `done(${tree.get(source)?.name})`;
}

function descendants(state: ChartNode): ChartNode[] {
  return state.states.flatMap((child) => [child, ...descendants(child)]);
}
