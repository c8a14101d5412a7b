/**
 * Small functions on a list of integers: keep some items, perhaps change each, return something about
 * them. As data they have an exact meaning here on the host; as JavaScript they are what a policy writes.
 */
export type Comparison = '>' | '>=' | '<' | '<=';
export type Change =
  | { readonly operator: '+' | '-' | '*' | '%'; readonly by: number }
  /** Items stay as they are. */
  | undefined;
export type Ending = 'sum' | 'count' | 'list' | 'back' | 'sort' | 'first' | 'last';

export interface ListFunction {
  readonly comparison: Comparison;
  readonly bound: number;
  readonly change: Change;
  /** Whether items are changed before they are compared. */
  readonly changeFirst: boolean;
  readonly ending: Ending;
}

/** The comparison that the same words could mean. */
export function otherComparison(comparison: Comparison): Comparison {
  const others = { '>': '>=', '>=': '>', '<': '<=', '<=': '<' } as const;
  return others[comparison];
}

export function applyFunction(f: ListFunction, items: readonly number[]): number | number[] {
  const change = (list: readonly number[]) => list.map((x) => changed(f.change, x));
  const keep = (list: readonly number[]) => list.filter((x) => holds(f.comparison, x, f.bound));
  const kept = f.changeFirst ? keep(change(items)) : change(keep(items));
  switch (f.ending) {
    case 'sum':
      return kept.reduce((sum, x) => sum + x, 0);
    case 'count':
      return kept.length;
    case 'list':
      return kept;
    case 'back':
      return kept.toReversed();
    case 'sort':
      return kept.toSorted((x, y) => x - y);
    case 'first':
      return kept.slice(0, 2);
    case 'last':
      return kept.slice(-2);
  }
}

const ENDINGS: Readonly<Record<Ending, string>> = {
  sum: '.reduce((s,x)=>s+x,0)',
  count: '.length',
  list: '',
  back: '.reverse()',
  sort: '.sort((x,y)=>x-y)',
  first: '.slice(0,2)',
  last: '.slice(-2)',
};

/** The canonical source, for example `a=>a.filter(x=>x>7).map(x=>x+3).reduce((s,x)=>s+x,0)`. */
export function functionSource(f: ListFunction): string {
  const filter = `.filter(x=>x${f.comparison}${f.bound})`;
  const map = f.change === undefined ? '' : `.map(x=>x${f.change.operator}${f.change.by})`;
  return `a=>a${f.changeFirst ? map + filter : filter + map}${ENDINGS[f.ending]}`;
}

/** An item that the comparison meets at its bound, if there is one: what tells `>` from `>=`. */
export function boundaryItem(f: ListFunction): number | undefined {
  for (let x = 0; x < 100; x++) {
    if ((f.changeFirst ? changed(f.change, x) : x) === f.bound) return x;
  }
  return undefined;
}

function holds(comparison: Comparison, x: number, bound: number): boolean {
  if (comparison === '>') return x > bound;
  if (comparison === '>=') return x >= bound;
  return comparison === '<' ? x < bound : x <= bound;
}

function changed(change: Change, x: number): number {
  if (change === undefined) return x;
  if (change.operator === '+') return x + change.by;
  if (change.operator === '-') return x - change.by;
  return change.operator === '*' ? x * change.by : x % change.by;
}
