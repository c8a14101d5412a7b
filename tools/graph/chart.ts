import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** A machine as plain data, for drawing, counting and searching. */
export interface Chart {
  readonly id: string;
  readonly root: ChartNode;
  /** In document order of their sources. */
  readonly edges: readonly ChartEdge[];
}

export interface ChartNode {
  /** Unique in the machine: `execution.working.vote.voting`. */
  readonly id: string;
  readonly name: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final';
  /** The child that a compound state begins in, by id. */
  readonly initial: string | null;
  readonly tags: readonly string[];
  readonly description: string;
  readonly entry: readonly Named[];
  readonly exit: readonly Named[];
  readonly states: readonly ChartNode[];
}

export interface ChartEdge {
  /** `source:event:index`, the same whenever the machine is built from the same source. */
  readonly id: string;
  readonly source: string;
  /** Null for a transition that stays where it is and only acts. */
  readonly target: string | null;
  /** What the transition waits for: an event's name, `always`, or `done(state)`. */
  readonly event: string;
  readonly guard: Named | null;
  readonly actions: readonly Named[];
  /** Leaves and enters its own source again. */
  readonly reenter: boolean;
}

/** An action or a guard by its name. */
export interface Named {
  readonly name: string;
  readonly params: { readonly [name: string]: unknown };
}

/** How many times each transition was taken, by edge id. */
export type Counts = ReadonlyMap<string, number>;

/** The chart of a machine, `always` and `onDone` transitions included (XState's own `toDirectedGraph` omits `always`). */
export function chart(machine: AnyStateMachine): Chart {
  const edges: ChartEdge[] = [];
  for (const [transition, id] of edgeIds(machine)) edges.push(edge(transition, id));
  return { id: machine.id, root: node(machine.root), edges };
}

/** The edge id of every transition of a machine, for whoever hears XState speak of one. */
export function edgeIds(machine: AnyStateMachine): Map<AnyTransitionDefinition, string> {
  const ids = new Map<AnyTransitionDefinition, string>();
  const walk = (state: AnyStateNode): void => {
    for (const transitions of [state.always ?? [], ...state.transitions.values()]) {
      transitions.forEach((transition, index) => {
        ids.set(transition, `${state.id}:${eventName(transition)}:${index}`);
      });
    }
    for (const child of children(state)) walk(child);
  };
  walk(machine.root);
  return ids;
}

/** All states of a chart, parents before children, the root left out. */
export function statesOf({ root }: Chart): ChartNode[] {
  const below = (state: ChartNode): ChartNode[] => state.states.flatMap((child) => [child, ...below(child)]);
  return below(root);
}

function node(state: AnyStateNode): ChartNode {
  if (state.type === 'history') throw new TypeError(`history states are not drawn: ${state.id}`);
  return {
    id: state.id,
    name: state.key,
    type: state.type,
    initial: state.type === 'compound' ? (state.initial.target[0]?.id ?? null) : null,
    tags: state.tags,
    description: state.description ?? '',
    entry: state.entry.map(named),
    exit: state.exit.map(named),
    states: children(state).map(node),
  };
}

function edge(transition: AnyTransitionDefinition, id: string): ChartEdge {
  return {
    id,
    source: transition.source.id,
    target: transition.target?.[0]?.id ?? null,
    event: eventName(transition),
    guard: transition.guard === undefined ? null : named(transition.guard),
    actions: transition.actions.map(named),
    reenter: transition.reenter,
  };
}

/** `xstate.done.state.…` is an event that XState raises in the state that is done, so its name will do. */
function eventName({ eventType, source }: AnyTransitionDefinition): string {
  if (eventType === '') return 'always';
  return eventType.startsWith('xstate.done.state.') ? `done(${source.key})` : eventType;
}

function children(state: AnyStateNode): AnyStateNode[] {
  return Object.values(state.states);
}

function named(item: unknown): Named {
  if (typeof item === 'string') return { name: item, params: {} };
  if (typeof item === 'function') return { name: item.name || 'inline', params: {} };
  if (typeof item !== 'object' || item === null || !('type' in item)) return { name: 'inline', params: {} };
  const params = 'params' in item && typeof item.params === 'object' ? { ...item.params } : {};
  return { name: String(item.type), params };
}
