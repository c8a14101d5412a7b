import type { ShapeMix } from './shape-mix.ts';

/** The designs of one kind of task over a run. */
export interface ShapeRow {
  /** Family and attribute. */
  readonly kind: string;
  /** A letter for each span of steps, oldest first: the shape drawn most often, a capital from two thirds on; `·` for none. */
  readonly strip: string;
  /** Shares of shapes in the last span, most frequent first. */
  readonly now: readonly (readonly [shape: string, share: number])[];
}

export interface ShapeHistory {
  readonly rows: readonly ShapeRow[];
  /** What letters stand for, most frequent first. */
  readonly legend: readonly (readonly [letter: string, shape: string])[];
  /** Steps that one letter stands for; the last span may be shorter. */
  readonly span: number;
}

const SURE = 2 / 3;

/** What designers drew for each kind of task over the steps, in at most `width` spans. */
export function shapeHistory(all: readonly ShapeMix[], width: number): ShapeHistory {
  // A step that has just begun has drawn nothing yet.
  const mixes = all.slice(0, all.findLastIndex((mix) => Object.keys(mix).length > 0) + 1);
  const span = Math.max(1, Math.ceil(mixes.length / Math.max(1, width)));
  const spans = Array.from({ length: Math.ceil(mixes.length / span) }, (_, index) =>
    sumOf(mixes.slice(index * span, (index + 1) * span)),
  );
  const legend = letters(ranked(Object.values(sumOf(mixes)).reduce(added, {})).map(([shape]) => shape));
  const letterOf = new Map(legend.map(([letter, shape]) => [shape, letter]));
  const glyph = (counts: Counts) => {
    const [first] = shares(counts);
    if (first === undefined) return '·';
    const letter = letterOf.get(first[0]) ?? '?';
    return first[1] >= SURE ? letter.toUpperCase() : letter;
  };
  const kinds = [...new Set(mixes.flatMap((mix) => Object.keys(mix)))].sort();
  return {
    rows: kinds.map((kind) => ({
      kind,
      strip: spans.map((each) => glyph(each[kind] ?? {})).join(''),
      now: shares(spans.at(-1)?.[kind] ?? {}),
    })),
    legend,
    span,
  };
}

/** The same as lines of text: a legend, and a row for each kind of task. */
export function shapeLines(mixes: readonly ShapeMix[], width: number): string[] {
  const { rows, legend, span } = shapeHistory(mixes, width);
  if (rows.length === 0) return [];
  const longest = Math.max(...rows.map(({ kind }) => kind.length));
  return [
    `Designs drawn in training, a letter for ${span === 1 ? 'each step' : `every ${span} steps`}, capital from two thirds on: ${legendText(legend)}`,
    ...rows.map(
      ({ kind, strip, now }) =>
        `  ${kind.padEnd(longest)}  ${strip}  ${now
          .slice(0, 2)
          .map(([shape, share]) => `${shape} ${Math.round(100 * share)} %`)
          .join(', ')}`,
    ),
  ];
}

/** `a agent, j agent+js`. */
export function legendText(legend: ShapeHistory['legend']): string {
  return legend.map(([letter, shape]) => `${letter} ${shape}`).join(', ');
}

type Counts = { readonly [shape: string]: number };

function added(sum: Counts, counts: Counts): Counts {
  const total = { ...sum };
  for (const [shape, count] of Object.entries(counts)) total[shape] = (total[shape] ?? 0) + count;
  return total;
}

function sumOf(mixes: readonly ShapeMix[]): ShapeMix {
  const sum: { [kind: string]: Counts } = {};
  for (const mix of mixes) {
    for (const [kind, counts] of Object.entries(mix)) sum[kind] = added(sum[kind] ?? {}, counts);
  }
  return sum;
}

function ranked(counts: Counts): [shape: string, count: number][] {
  return Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function shares(counts: Counts): [shape: string, share: number][] {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return ranked(counts).map(([shape, count]) => [shape, count / Math.max(1, all)]);
}

/** A letter for each shape: the first of a word in it that is not `agent`, or else one that is free. */
function letters(shapes: readonly string[]): [letter: string, shape: string][] {
  const taken = new Set<string>();
  return shapes.map((shape) => {
    const words = shape.match(/[a-z]+/g) ?? [];
    const telling = words.filter((word) => word !== 'agent');
    const own = telling.length === 0 ? words : telling;
    const wanted = [...own.map((word) => word.charAt(0)), ...own.join(''), ...'abcdefghijklmnopqrstuvwxyz'];
    const letter = wanted.find((each) => !taken.has(each)) ?? '?';
    taken.add(letter);
    return [letter, shape];
  });
}
