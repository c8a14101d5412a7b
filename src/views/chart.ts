/** A column of a chart: its value and the colour group it belongs to. */
export interface Column {
  readonly value: number;
  readonly group: string;
}

/** One row of a chart as runs of characters of the same group. */
export type ChartRow = readonly { readonly text: string; readonly group: string }[];

const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A column chart of values between `low` and `high`, `height` rows from the top, at most `width` columns: one
 * for each value, or one for the mean of several where there are too many.
 */
export function columnChart(
  columns: readonly Column[],
  { width, height, low = 0, high = 1 }: { width: number; height: number; low?: number; high?: number },
): ChartRow[] {
  const shown = squeeze(columns, width);
  return Array.from({ length: height }, (_, row) => {
    const runs: { text: string; group: string }[] = [];
    for (const { value, group } of shown) {
      const eighths = Math.round(((value - low) / (high - low || 1)) * height * 8) - (height - 1 - row) * 8;
      // A value of almost nothing still shows that there is one.
      const least = row === height - 1 ? 1 : 0;
      const text = EIGHTHS[Math.min(8, Math.max(least, eighths))] ?? ' ';
      const last = runs.at(-1);
      if (last?.group === group) last.text += text;
      else runs.push({ text, group });
    }
    return runs;
  });
}

/** At most `width` columns; neighbours are averaged, the later one gives the group. */
function squeeze(columns: readonly Column[], width: number): readonly Column[] {
  if (columns.length <= width) return columns;
  return Array.from({ length: width }, (_, index) => {
    const part = columns.slice(
      Math.floor((index * columns.length) / width),
      Math.floor(((index + 1) * columns.length) / width),
    );
    const value = part.reduce((sum, each) => sum + each.value, 0) / part.length;
    return { value, group: part.at(-1)?.group ?? '' };
  });
}

/** A bar of `width` characters of which a share is filled. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
