import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { chart, type Named, statesOf } from './chart.ts';

/** A machine's definition as JSON has it, for Stately Studio and XState's `createMachine`. */
interface Definition {
  readonly id?: string;
  readonly type?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly initial?: string;
  readonly entry?: readonly Action[];
  readonly exit?: readonly Action[];
  readonly on?: Readonly<Record<string, readonly Transition[]>>;
  readonly always?: readonly Transition[];
  readonly onDone?: readonly Transition[];
  readonly states?: Readonly<Record<string, Definition>>;
}
type Action = string | { readonly type: string; readonly params: Named['params'] };
interface Transition {
  readonly target?: string;
  readonly guard?: Action;
  readonly actions?: readonly Action[];
  readonly reenter?: true;
}

/**
 * A machine as indented JSON that Stately Studio imports and `createMachine` reads back: the machine that comes
 * out has the same chart. Actions and guards are there by name with their parameters, what they do is not;
 * context, output, invoked actors and delayed transitions, which our machines have none of, are left out.
 */
export function stately(machine: AnyStateMachine): string {
  const drawn = chart(machine);
  const named = new Map([drawn.root, ...statesOf(drawn)].map((state) => [state.id, state]));
  const edges = new Map(drawn.edges.map((edge) => [edge.id, edge]));

  const define = (state: AnyStateNode): Definition => {
    const node = named.get(state.id);
    const transition = (from: AnyTransitionDefinition, event: string, index: number): Transition => {
      const edge = edges.get(`${state.id}:${event}:${index}`);
      const target = from.target?.[0];
      return {
        ...(target === undefined ? {} : { target: targetOf(state, target) }),
        ...(edge === undefined || edge.guard === null ? {} : { guard: action(edge.guard) }),
        ...(edge === undefined || edge.actions.length === 0 ? {} : { actions: edge.actions.map(action) }),
        ...(from.reenter ? { reenter: true } : {}),
      };
    };
    const on: [string, Transition[]][] = [];
    let onDone: Transition[] = [];
    for (const [event, transitions] of state.transitions) {
      const done = event.startsWith('xstate.done.state.');
      const name = done ? `done(${state.key})` : event;
      const defined = transitions.map((from, index) => transition(from, name, index));
      if (done) onDone = defined;
      else on.push([event, defined]);
    }
    const always = (state.always ?? []).map((from, index) => transition(from, 'always', index));
    const children = Object.values(state.states);
    const begins = state.type === 'compound' ? state.initial.target[0]?.key : undefined;
    return {
      ...(state.parent === undefined || hasOwnId(state) ? { id: state.id } : {}),
      ...(state.type === 'final' || state.type === 'parallel' ? { type: state.type } : {}),
      ...(state.description === undefined ? {} : { description: state.description }),
      ...(state.tags.length === 0 ? {} : { tags: state.tags }),
      ...(begins === undefined ? {} : { initial: begins }),
      ...(state.entry.length === 0 ? {} : { entry: (node?.entry ?? []).map(action) }),
      ...(state.exit.length === 0 ? {} : { exit: (node?.exit ?? []).map(action) }),
      ...(on.length === 0 ? {} : { on: Object.fromEntries(on) }),
      ...(always.length === 0 ? {} : { always }),
      ...(onDone.length === 0 ? {} : { onDone }),
      ...(children.length === 0
        ? {}
        : { states: Object.fromEntries(children.map((child) => [child.key, define(child)])) }),
    };
  };
  return `${JSON.stringify(define(machine.root), null, 2)}\n`;
}

/** As `createMachine` finds it from `source`: a sibling by its name, any other state by its place in the machine. */
function targetOf(source: AnyStateNode, target: AnyStateNode): string {
  if (hasOwnId(target)) return `#${target.id}`;
  if (target.parent !== undefined && target.parent === source.parent) return dotless(target.key);
  return `#${[target.machine.id, ...target.path].map(dotless).join('.')}`;
}

function hasOwnId({ id, machine, path }: AnyStateNode): boolean {
  return id !== [machine.id, ...path].join('.');
}

/** XState splits names at dots that no backslash precedes. */
function dotless(name: string): string {
  return name.replace(/[\\.]/g, '\\$&');
}

function action({ name, params }: Named): Action {
  return Object.keys(params).length === 0 ? name : { type: name, params };
}
