import type {
  ChartAction,
  ChartState,
  ChartTransition,
  CombineParams,
  Predicate,
} from '../../machines/chart.ts';
import { ONE_QUESTION, sum } from './bounds.ts';
import type { Bounds } from './node.ts';

/** Where a node's chart goes, and what it does on the way. */
export type Way = Pick<ChartTransition, 'target' | 'actions'>;

/** `result of path = combiner over from`, as an action. */
export function combine(path: string, from: readonly string[], by: string, weights?: readonly number[]) {
  const params: CombineParams = { path, from, by, ...(weights === undefined ? {} : { weights }) };
  return { type: 'combine' as const, params };
}

/** The transition that ends a node: its result is made from those of `from`, and its chart is done. */
export function settle(path: string, from: readonly string[], by = 'firstAnswer') {
  return { target: 'done', actions: combine(path, from, by) };
}

/**
 * Names for sibling states: each as wanted where it is alone, numbered in order where several want the same
 * (`solve1`, `solve2`), and none that is taken.
 */
export function uniqueNames(wanted: readonly string[], taken: readonly string[] = ['done']): string[] {
  const used = new Set(taken);
  const counts = new Map<string, number>();
  return wanted.map((name) => {
    const alone = wanted.indexOf(name) === wanted.lastIndexOf(name);
    if (alone && !used.has(name)) {
      used.add(name);
      return name;
    }
    let number = counts.get(name) ?? 0;
    do number++;
    while (used.has(`${name}${number}`) || wanted.includes(`${name}${number}`));
    counts.set(name, number);
    used.add(`${name}${number}`);
    return `${name}${number}`;
  });
}

export interface Branch extends Way {
  /** Taken if this holds and no earlier branch was; always, if left out. */
  readonly test?: Predicate | undefined;
}

/**
 * States that decide between branches by conditions: first a state for every question that the conditions
 * put to the tests or to the script's functions, one after the other, then the state `name` with a guarded
 * transition per branch. Enter at `first`.
 *
 * @param path the questions are kept under `path.name_1`, `path.name_2`, … (no node's name has such a sign)
 * @param about nodes whose latest answer the conditions are about
 */
export function decision(
  path: string,
  name: string,
  about: readonly string[],
  branches: readonly Branch[],
): { readonly first: string; readonly states: { readonly [name: string]: ChartState } } {
  const questions: { readonly state: string; readonly leaf: Predicate }[] = [];
  const compiled = branches.map(({ test, ...way }): ChartTransition => {
    if (test === undefined) return way;
    const predicate = mapLeaves(test, (leaf) => {
      if (leaf.test !== 'passed' && leaf.test !== 'python') return leaf;
      const text = JSON.stringify(leaf);
      let at = questions.findIndex((question) => JSON.stringify(question.leaf) === text);
      if (at < 0) at = questions.push({ state: `${name}_${questions.length + 1}`, leaf }) - 1;
      return { test: 'measured', path: `${path}.${name}_${at + 1}` };
    });
    return { guard: { type: 'holds', params: { predicate, about } }, ...way };
  });
  const states: { [name: string]: ChartState } = {};
  questions.forEach(({ state, leaf }, index) => {
    states[state] = question(`${path}.${state}`, leaf, about, questions[index + 1]?.state ?? name);
  });
  states[name] = { always: compiled };
  return { first: questions[0]?.state ?? name, states };
}

/** A state that asks the tests or a function, keeps what it said, and goes on. */
export function question(
  path: string,
  leaf: { readonly test: string; readonly ref?: string },
  about: readonly string[],
  target: string,
): ChartState {
  const from = { guard: { type: 'from' as const, params: { path } }, target };
  if (leaf.ref === undefined) {
    return {
      entry: { type: 'check', params: { path, about } },
      on: { checked: { ...from, actions: { type: 'keepFeedback', params: { path } } } },
    };
  }
  return {
    entry: { type: 'evaluate', params: { path, about, function: leaf.ref } },
    on: { evaluated: { ...from, actions: { type: 'keepValue', params: { path } } } },
  };
}

/** Worst case of deciding: one question per leaf that is one. */
export function decisionBounds(tests: readonly (Predicate | undefined)[]): Bounds {
  const leaves = new Set<string>();
  for (const test of tests) {
    if (test === undefined) continue;
    mapLeaves(test, (leaf) => {
      if (leaf.test === 'passed' || leaf.test === 'python') leaves.add(JSON.stringify(leaf));
      return leaf;
    });
  }
  return sum(...Array.from(leaves, () => ONE_QUESTION));
}

/** A condition with each of its leaves replaced. */
export function mapLeaves(predicate: Predicate, change: (leaf: Predicate) => Predicate): Predicate {
  switch (predicate.test) {
    case 'not':
      return { ...predicate, of: mapLeaves(predicate.of, change) };
    case 'all':
    case 'any':
      return { ...predicate, of: predicate.of.map((each) => mapLeaves(each, change)) };
    default:
      return change(predicate);
  }
}

/** Actions as a list, whichever way they were written. */
export function actionsOf(actions: ChartAction | readonly ChartAction[] | undefined): readonly ChartAction[] {
  if (actions === undefined) return [];
  return isList(actions) ? actions : [actions];
}

/** Transitions as a list, whichever way they were written. */
export function transitionsOf(
  transitions: ChartTransition | readonly ChartTransition[] | undefined,
): readonly ChartTransition[] {
  if (transitions === undefined) return [];
  return isList(transitions) ? transitions : [transitions];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
