import type { Table } from '../arm.ts';
import type { Entry, LedgerHead } from '../jobs/ledger.ts';
import { accuracyTable, closureTable, differenceTable, followerTable } from './cells.ts';
import type { TableSummary } from './summary.ts';

/** The page of a table's results, as Markdown. */
export function page(
  table: Table,
  head: LedgerHead,
  entries: readonly Entry[],
  summary: TableSummary,
): string {
  const commits = [...new Set(entries.map(({ commit }) => commit))].sort();
  const machines = [...new Set(entries.map(({ machine }) => `${machine.model}, ${machine.cores} cores`))];
  const seeds = [...new Set(entries.map(({ seed }) => seed))].sort((a, b) => a - b);
  const stale = entries.filter((entry) => entry.stale === true).length;
  const accuracies = accuracyTable(summary, 'heldOut');
  const harder = accuracyTable(summary, 'harder');
  return [
    `# Ablation ${table.letter}: ${table.title}`,
    '',
    `Written by \`${head.command}\`; do not edit. Preset \`${head.preset}\`, seeds ${seeds.join(', ')}, commit ${commits.join(', ')}, ` +
      `${machines.join('; ')}, Node ${head.node}. All figures are in [ablation-${table.letter}.json](ablation-${table.letter}.json).`,
    ...(stale === 0
      ? []
      : [
          '',
          `**${stale} of ${entries.length} results are stale**: their code or configuration has changed since.`,
        ]),
    '',
    'Accuracy in %, mean over seeds ± half the 95 % t-interval; the mean is over families with equal weight. Training calls are those',
    'that an arm learned or chose by (evaluations not counted), test calls those of one held-out task, the designer’s included.',
    'Where all seeds agree there is no ±: their variance says nothing of others.',
    '',
    '## Held-out tasks',
    '',
    ...markdown(accuracies),
    ...(harder[1].length === 0 ? [] : ['', '## Harder tasks', '', ...markdown(harder)]),
    ...(summary.differences.length === 0
      ? []
      : [
          '',
          '## Paired differences',
          '',
          'By seed, with 95 % paired t-intervals; * marks those that do not contain 0.',
          '',
          ...markdown(differenceTable(summary.differences)),
        ]),
    ...(summary.closures.length === 0
      ? []
      : ['', '## The gap to the oracle', '', ...markdown(closureTable(summary.closures))]),
    ...(summary.followers.length === 0
      ? []
      : [
          '',
          '## Designs against the oracle',
          '',
          'How often the designer wrote, for held-out tasks, the design whose reward is best for tasks of that family and attribute with the executor of an oracle (_by_);',
          'and how often it would have if it drew the same designs without a look at the task. Families and attributes have equal weight.',
          '',
          ...markdown(followerTable(summary.followers)),
        ]),
    ...ceilingLines(entries),
    ...mixLines(entries),
    ...designLines(entries),
    '',
    `![Training reward by step](ablation-${table.letter}.svg)`,
    '',
  ].join('\n');
}

function markdown([headings, rows]: [string[], string[][]]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(headings),
    line(headings.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ];
}

function ceilingLines(entries: readonly Entry[]): string[] {
  const rows = entries.flatMap(({ arm, seed, ceilings }) => {
    if (ceilings === undefined) return [];
    const { fixed, cell, task, hindsight } = ceilings;
    return [[arm, String(seed), ...[fixed, cell, task, hindsight].map((value) => (100 * value).toFixed(1))]];
  });
  if (rows.length === 0) return [];
  return [
    '',
    '## Ceilings of choosing designs',
    '',
    'Held-out accuracy in %. Designs are chosen by one half of the executions and scored by the other, both ways round; in hindsight, luck counts as merit.',
    '',
    ...markdown([
      ['arm', 'seed', 'one for all', 'per family and attribute', 'per task', 'per task in hindsight'],
      rows,
    ]),
  ];
}

/** The two most frequent shapes of each kind of task, over seeds. */
function mixLines(entries: readonly Entry[]): string[] {
  const arms = [...new Set(entries.flatMap(({ arm, mix }) => (mix === undefined ? [] : [arm])))];
  const mixes = arms.map((arm) =>
    entries.flatMap((entry) => (entry.arm === arm && entry.mix ? [entry.mix] : [])),
  );
  const cells = [...new Set(mixes.flat().flatMap((mix) => Object.keys(mix)))].sort();
  if (cells.length === 0) return [];
  return [
    '',
    '## Designs by family and attribute',
    '',
    'The two shapes that were written most often for held-out tasks at the end, in % over all seeds.',
    '',
    ...markdown([
      ['family and attribute', ...arms],
      cells.map((cell) => [cell, ...mixes.map((some) => topShapes(some.map((mix) => mix[cell] ?? {})))]),
    ]),
  ];
}

function topShapes(counts: readonly { readonly [shape: string]: number }[]): string {
  const sums = new Map<string, number>();
  for (const [shape, count] of counts.flatMap((each) => Object.entries(each))) {
    sums.set(shape, (sums.get(shape) ?? 0) + count);
  }
  const all = [...sums.values()].reduce((sum, count) => sum + count, 0);
  return [...sums]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, 2)
    .map(([shape, count]) => `${shape} ${Math.round((100 * count) / all)}`)
    .join(', ');
}

function designLines(entries: readonly Entry[]): string[] {
  const rows = entries.flatMap(({ arm, seed, designs }) =>
    Object.entries(designs ?? {}).map(([scope, script]) => [arm, String(seed), scope, `\`${script}\``]),
  );
  if (rows.length === 0) return [];
  return ['', '## Fixed designs that were played', '', ...markdown([['arm', 'seed', 'for', 'design'], rows])];
}
