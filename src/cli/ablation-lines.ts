import { accuracyTable, closureTable, differenceTable } from '../../tools/ablation/report/cells.ts';
import { smooth } from '../../tools/ablation/report/curves-svg.ts';
import type { TableSummary } from '../../tools/ablation/report/summary.ts';
import { columnChart } from '../views/chart.ts';
import { table } from './table.ts';

/** A table's results for a terminal: accuracies, paired differences, curves. */
export function ablationLines(title: string, summary: TableSummary, window: number): string[] {
  const harder = accuracyTable(summary, 'harder');
  const part = (heading: string, [headings, rows]: [string[], string[][]]) =>
    rows.length === 0 ? [] : ['', heading, table(headings, rows)];
  return [
    title,
    ...part(
      'Held-out accuracy, % (mean over seeds ± half the 95 % t-interval)',
      accuracyTable(summary, 'heldOut'),
    ),
    ...part('Harder tasks, %', harder),
    ...part('Paired differences (* interval without 0)', differenceTable(summary.differences)),
    ...part('The gap to the oracle', closureTable(summary.closures)),
    ...curveLines(summary, window),
  ];
}

function curveLines({ arms }: TableSummary, window: number): string[] {
  const curves = arms
    .filter(({ curve }) => curve.length > 1)
    .map(({ arm, curve }) => smooth({ name: arm, values: curve }, window));
  if (curves.length === 0) return [];
  const all = curves.flatMap(({ values }) => values);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const widest = Math.max(...curves.map(({ name }) => name.length));
  return [
    '',
    `Training reward by step, ${low.toFixed(2)} to ${high.toFixed(2)}`,
    ...curves.map(({ name, values }) => {
      const columns = values.map((value) => ({ value, group: '' }));
      const [row] = columnChart(columns, { width: 60, height: 1, low, high });
      const drawn = row?.map(({ text }) => text).join('') ?? '';
      return `${name.padEnd(widest)}  ${drawn}  ${(values.at(-1) ?? 0).toFixed(2)}`;
    }),
  ];
}
