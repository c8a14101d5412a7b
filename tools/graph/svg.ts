import { instance } from '@viz-js/viz';
import { InvariantError } from '../../src/core/errors.ts';
import { printable } from '../../src/core/printable.ts';
import type { Chart } from './chart.ts';
import { dot } from './dot.ts';
import { type Marks, NO_MARKS } from './marks.ts';
import { PAPER } from './tones.ts';

/**
 * A chart as an SVG image that stands by itself: drawn by Graphviz in this process (WebAssembly, with font
 * metrics of its own), so the same chart gives the same bytes on every machine. Its paper is light whatever
 * the page around it is; tooltips are there for hovering.
 */
export async function svg(chart: Chart, marks: Marks = NO_MARKS): Promise<string> {
  const viz = await instance();
  const result = viz.render(dot(chart, marks), { format: 'svg' });
  if (result.status !== 'success' || result.output === undefined) {
    throw new InvariantError(
      `Graphviz cannot draw ${chart.id}: ${result.errors.map(({ message }) => message).join('; ')}`,
    );
  }
  return finish(result.output, chart.id);
}

/** Round corners for the paper, a list of fonts that look alike, and no word about Graphviz's build. */
function finish(image: string, id: string): string {
  return image
    .replace(/<\?xml[\s\S]*?(?=<svg)/, '')
    .replace(/<!--[\s\S]*?-->\n/g, '')
    .replace('<svg ', `<svg role="img" aria-label="${attribute(`state machine ${id}`)}" `)
    .replace(/<polygon (fill="[^"]*") stroke="none" points="([^"]*)"\/>/, paper)
    .replaceAll('"Helvetica,sans-Serif"', '"Helvetica, Arial, Liberation Sans, sans-serif"');
}

/** Graphviz draws its background as a polygon of the corners left-bottom, left-top, right-top, right-bottom. */
function paper(whole: string, fill: string, points: string): string {
  if (!fill.includes(PAPER)) return whole;
  const [[left = 0, bottom = 0] = [], [, top = 0] = [], [right = 0] = []] = points
    .split(' ')
    .map((corner) => corner.split(',').map(Number));
  return `<rect ${fill} stroke="none" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="12"/>`;
}

function attribute(text: string): string {
  return printable(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
