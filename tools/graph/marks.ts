import type { JsonObject } from '../../src/core/json.ts';
import type { Chart } from './chart.ts';

/** What a drawing says of a state or a transition besides its looks; `tones.ts` has the colours. */
export type Tone =
  /** reached in a run, or on a recorded path */
  | 'on'
  /** not reached */
  | 'off'
  /** where a recorded path ends */
  | 'last'
  /** in the first of two machines only */
  | 'first'
  /** in the second of two machines only */
  | 'second'
  /** in both, but not alike */
  | 'changed'
  /** can never be entered or taken, or never ends */
  | 'dead';

export interface Mark {
  readonly tone: Tone | null;
  /** A word or two behind the label: `×12`, `#1 #4`, `unreachable`. */
  readonly note: string;
  /** More of it, for formats that show something on hovering. */
  readonly tip: string;
}

/** What is laid over a chart, by the ids of states and edges; without an entry, they are drawn as they are. */
export interface Marks {
  readonly states: ReadonlyMap<string, Mark>;
  readonly edges: ReadonlyMap<string, Mark>;
  /** Lines of text below or above the drawing. */
  readonly caption: readonly string[];
  /** What the tones of this drawing mean. */
  readonly legend: readonly (readonly [Tone, string])[];
}

/** A chart with what is laid over it; `facts` are the same in words of JSON. */
export interface Picture {
  readonly chart: Chart;
  readonly marks: Marks;
  readonly facts: Facts;
}

export interface Facts {
  /** Members that are added to edges, by id. */
  readonly edges: ReadonlyMap<string, JsonObject>;
  /** Members that are added to the whole. */
  readonly whole: JsonObject;
}

export const NO_MARKS: Marks = { states: new Map(), edges: new Map(), caption: [], legend: [] };
export const NO_FACTS: Facts = { edges: new Map(), whole: {} };

/** A chart with nothing laid over it. */
export function plain(chart: Chart): Picture {
  return { chart, marks: NO_MARKS, facts: NO_FACTS };
}

export function mark(tone: Tone | null, note = '', tip = ''): Mark {
  return { tone, note, tip };
}
