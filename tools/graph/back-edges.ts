import type { Chart, ChartNode } from './chart.ts';
import type { ChartTree } from './tree.ts';

/**
 * The ids of the edges that lead back: to a state that, going from where its surroundings begin and first
 * transitions first, one has already come through. A drawing without them has no circles, so that a layout may
 * run from top to bottom; loops stand out as what runs upwards.
 */
export function backEdges({ root, edges }: Chart, tree: ChartTree): Set<string> {
  const back = new Set<string>();
  const search = (home: ChartNode): void => {
    const steps = edges.flatMap(({ id, source, target }) => {
      if (target === null || tree.home(source, target) !== home) return [];
      const [from, to] = [childWith(home, source, tree), childWith(home, target, tree)];
      return from === undefined || to === undefined || from === to ? [] : [{ id, from, to }];
    });
    const passed = new Set<ChartNode>();
    const behind = new Set<ChartNode>();
    const visit = (state: ChartNode): void => {
      if (passed.has(state)) return;
      passed.add(state);
      behind.add(state);
      for (const { id, from, to } of steps) {
        if (from !== state) continue;
        if (behind.has(to)) back.add(id);
        else visit(to);
      }
      behind.delete(state);
    };
    for (const state of [...tree.begins(home), ...home.states]) visit(state);
    for (const state of home.states) search(state);
  };
  search(root);
  return back;
}

function childWith(home: ChartNode, id: string, tree: ChartTree): ChartNode | undefined {
  return home.states.find((state) => tree.within(id, state.id));
}
