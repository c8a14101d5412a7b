/** A line of a picture. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

const SIZE = { width: 760, height: 380, left: 52, right: 190, top: 40, bottom: 44 };

/** Okabe and Ito's colours, without yellow and black: told apart by the colour-blind, on white and on black. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a8a8a'];
/** A second mark besides the colour, for as many lines as colours and more. */
const DASHES = ['', '7 3', '2 3', '10 3 2 3'];

/**
 * Curves over training steps as SVG, smoothed by a running mean over `window` steps. Text takes the reader's scheme: dark
 * on light, light on dark; the ground is left as it is.
 */
export function curvesSvg(title: string, curves: readonly Curve[], window: number): string {
  const drawn = curves.filter(({ values }) => values.length > 1).map((curve) => smooth(curve, window));
  const all = drawn.flatMap(({ values }) => values);
  const [low, high] = range(all);
  const steps = Math.max(1, ...drawn.map(({ values }) => values.length - 1));
  const { width, height, left, right, top, bottom } = SIZE;
  const x = (step: number) => left + (step / steps) * (width - left - right);
  const y = (value: number) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  const grid = ticks(low, high).flatMap((value) => [
    `<line x1="${left}" x2="${width - right}" y1="${dot(y(value))}" y2="${dot(y(value))}" class="grid"/>`,
    `<text x="${left - 8}" y="${dot(y(value) + 4)}" text-anchor="end">${value.toFixed(2)}</text>`,
  ]);
  const labels = spreadOut(
    drawn.map(({ values }) => y(values.at(-1) ?? 0)),
    16,
  );
  const lines = drawn.flatMap(({ name, values }, index) => {
    const style = `stroke="${COLOURS[index % COLOURS.length]}" stroke-dasharray="${dashOf(index)}"`;
    const points = values.map((value, step) => `${dot(x(step))},${dot(y(value))}`).join(' ');
    const at = labels[index] ?? 0;
    return [
      `<polyline points="${points}" fill="none" stroke-width="2" ${style}/>`,
      `<line x1="${width - right + 10}" x2="${width - right + 34}" y1="${dot(at)}" y2="${dot(at)}" stroke-width="2" ${style}/>`,
      `<text x="${width - right + 40}" y="${dot(at + 4)}">${escaped(name)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-size:14px}.grid{stroke:#8a8a8a;stroke-opacity:.35}',
    '@media (prefers-color-scheme:dark){text{fill:#e6edf3}}</style>',
    `<text x="${left}" y="22" class="title">${escaped(title)}</text>`,
    ...grid,
    ...lines,
    ...[0, steps].map(
      (step) =>
        `<text x="${dot(x(step))}" y="${height - bottom + 18}" text-anchor="middle">${step + 1}</text>`,
    ),
    `<text x="${dot(x(steps / 2))}" y="${height - 8}" text-anchor="middle">step</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** The running mean over the last `window` values. */
export function smooth({ name, values }: Curve, window: number): Curve {
  return {
    name,
    values: values.map((_, index) => {
      const part = values.slice(Math.max(0, index + 1 - window), index + 1);
      return part.reduce((sum, value) => sum + value, 0) / part.length;
    }),
  };
}

function dashOf(index: number): string {
  return DASHES[Math.floor(index / COLOURS.length) % DASHES.length] ?? '';
}

function range(values: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const margin = Math.max(0.02, (high - low) * 0.05);
  return [low - margin, high + margin];
}

/** Round values within a range, about five of them. */
function ticks(low: number, high: number): number[] {
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((each) => (high - low) / each <= 6) ?? 1;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** Heights moved apart so that labels do not lie on each other, in their order. */
function spreadOut(heights: readonly number[], gap: number): number[] {
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  let free = 0;
  const placed = order.map(({ height, index }) => {
    const at = Math.max(height, free);
    free = at + gap;
    return { at, index };
  });
  // What runs out of the picture moves up as a whole.
  const over = Math.max(0, free - gap - (SIZE.height - SIZE.bottom));
  return placed.sort((a, b) => a.index - b.index).map(({ at }) => at - over);
}

function dot(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
