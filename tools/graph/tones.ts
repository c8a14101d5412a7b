import type { ChartNode } from './chart.ts';
import type { Tone } from './marks.ts';

/** How something is drawn; colours are `#rrggbb`, `width` is a line's in points. */
export interface Look {
  readonly line: string;
  readonly fill: string;
  readonly text: string;
  readonly width: number;
  readonly dashed: boolean;
}

/** Every drawing brings its own light paper, so that it reads alike on white and on dark pages. */
export const PAPER = '#fbfcfe';
/** Titles and events; details such as guards and actions. */
export const INK = '#0f172a';
export const FAINT = '#64748b';

const STATE: Look = { line: '#64748b', fill: '#ffffff', text: INK, width: 1.2, dashed: false };
const FINAL: Look = { line: '#334155', fill: '#eef2f7', text: INK, width: 1.2, dashed: false };
const FAILURE: Look = { line: '#dc2626', fill: '#fef2f2', text: '#991b1b', width: 1.2, dashed: false };
const EDGE: Look = { line: '#64748b', fill: PAPER, text: INK, width: 1.1, dashed: false };

/** Nothing is said by colour alone: tones differ in line, glyph or note as well. */
export const TONES: Readonly<Record<Tone, Look & { readonly glyph: string }>> = {
  on: { line: '#2563eb', fill: '#dbeafe', text: '#1e3a8a', width: 2, dashed: false, glyph: '*' },
  off: { line: '#b6c2d2', fill: '#f8fafc', text: '#8291a5', width: 1, dashed: true, glyph: '·' },
  last: { line: '#d97706', fill: '#fef3c7', text: '#78350f', width: 3, dashed: false, glyph: '>' },
  first: { line: '#dc2626', fill: '#fee2e2', text: '#7f1d1d', width: 1.8, dashed: true, glyph: '-' },
  second: { line: '#16a34a', fill: '#dcfce7', text: '#14532d', width: 1.8, dashed: false, glyph: '+' },
  changed: { line: '#7c3aed', fill: '#ede9fe', text: '#4c1d95', width: 1.8, dashed: false, glyph: '~' },
  dead: { line: '#c026d3', fill: '#fae8ff', text: '#701a75', width: 1.8, dashed: true, glyph: '!' },
};

/** The look of a state: its tone's, if it has one; a failure stays red where it is reached. */
export function stateLook({ type, tags }: ChartNode, tone: Tone | null | undefined): Look {
  const own = tags.includes('failure') ? FAILURE : type === 'final' ? FINAL : STATE;
  if (tone === null || tone === undefined) return own;
  return tone === 'on' && own === FAILURE ? { ...FAILURE, width: TONES.on.width } : TONES[tone];
}

/** The look of a compound or parallel state at some depth: paper and mist in turn, so that boxes stand out. */
export function boxLook(state: ChartNode, depth: number, tone: Tone | null | undefined): Look {
  const look = stateLook(state, tone);
  const fill = depth % 2 === 1 ? '#f3f6fa' : PAPER;
  const ownPaper = tone === undefined || tone === null || tone === 'on' || tone === 'changed';
  return { ...look, fill: ownPaper ? fill : look.fill };
}

export function edgeLook(tone: Tone | null | undefined): Look {
  return tone === null || tone === undefined ? EDGE : TONES[tone];
}
