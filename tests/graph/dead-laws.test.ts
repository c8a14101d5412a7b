import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnyMachineSnapshot, createMachine, initialTransition, transition } from 'xstate';
import { chart } from '../../tools/graph/chart.ts';
import { dead } from '../../tools/graph/dead.ts';

const EVENTS = ['x', 'y'];

/** What a random machine is grown from: a few numbers for each state. */
interface Seed {
  readonly kind: number;
  readonly targets: readonly number[];
  readonly children: readonly Seed[];
}
const { seed } = fc.letrec<{ seed: Seed }>((tie) => ({
  seed: fc.record({
    kind: fc.nat(5),
    targets: fc.array(fc.nat(30), { minLength: 3, maxLength: 3 }),
    children: fc.oneof(
      { depthSize: 'small', maxDepth: 2 },
      fc.constant([]),
      fc.array(tie('seed'), { minLength: 1, maxLength: 3 }),
    ),
  }),
}));

/** A machine without guards; targets are drawn among all its states. */
function grow(seeds: readonly Seed[]) {
  const paths: string[] = [];
  const list = (all: readonly Seed[], at: string): void =>
    all.forEach(({ children }, index) => {
      paths.push(`${at}.s${index}`);
      list(children, `${at}.s${index}`);
    });
  list(seeds, '#m');
  const pick = (number: number) => (number < 20 ? paths[number % paths.length] : undefined);
  const states = (all: readonly Seed[]): Record<string, object> =>
    Object.fromEntries(all.map((each, index) => [`s${index}`, state(each)]));
  const state = ({ kind, targets, children }: Seed): object => {
    if (kind === 0 && children.length === 0) return { type: 'final' };
    const on = Object.fromEntries(
      EVENTS.flatMap((event, index) => {
        const target = pick(targets[index] ?? 0);
        return target === undefined ? [] : [[event, { target }]];
      }),
    );
    if (children.length === 0) return { on };
    const onDone = pick(targets[2] ?? 0);
    const done = onDone === undefined ? {} : { onDone: { target: onDone } };
    return kind === 1
      ? { type: 'parallel', on, ...done, states: states(children) }
      : { initial: 's0', on, ...done, states: states(children) };
  };
  return createMachine({ id: 'm', initial: 's0', options: { maxIterations: 50 }, states: states(seeds) });
}

/** All situations that a machine can come into, each with those that follow. Null if there are very many. */
function explore(machine: ReturnType<typeof grow>) {
  const found = new Map<string, { snapshot: AnyMachineSnapshot; next: string[] }>();
  const keyOf = (snapshot: AnyMachineSnapshot) => JSON.stringify([snapshot.value, snapshot.status]);
  const [first] = initialTransition(machine);
  const open: AnyMachineSnapshot[] = [first];
  found.set(keyOf(first), { snapshot: first, next: [] });
  for (let snapshot = open.pop(); snapshot !== undefined; snapshot = open.pop()) {
    if (snapshot.status !== 'active') continue;
    for (const type of EVENTS) {
      const [after] = transition(machine, snapshot, { type });
      const key = keyOf(after);
      found.get(keyOf(snapshot))?.next.push(key);
      if (found.has(key)) continue;
      if (found.size > 300) return null;
      found.set(key, { snapshot: after, next: [] });
      open.push(after);
    }
  }
  return found;
}

it('what is found dead is dead: no run enters what cannot be reached, none ends after what never ends', () => {
  let checked = 0;
  fc.assert(
    fc.property(fc.array(seed, { minLength: 1, maxLength: 4 }), (seeds) => {
      const machine = grow(seeds);
      const { unreachable, stuck } = dead(chart(machine));
      let situations: ReturnType<typeof explore>;
      try {
        situations = explore(machine);
      } catch {
        return; // onDone in a circle, which XState runs for ever
      }
      if (situations === null) return;
      checked += unreachable.length + stuck.length;
      const ends = new Set(
        [...situations].flatMap(([key, { snapshot }]) => (snapshot.status === 'done' ? [key] : [])),
      );
      for (let before = -1; before < ends.size; ) {
        before = ends.size;
        for (const [key, { next }] of situations) if (next.some((each) => ends.has(each))) ends.add(key);
      }
      for (const [key, { snapshot }] of situations) {
        const ids = snapshot._nodes.map(({ id }) => id);
        expect(unreachable.filter((id) => ids.includes(id))).toEqual([]);
        if (ends.has(key)) expect(stuck.filter((id) => ids.includes(id))).toEqual([]);
      }
    }),
    { numRuns: 400, seed: 7 },
  );
  expect(checked).toBeGreaterThan(100);
});
