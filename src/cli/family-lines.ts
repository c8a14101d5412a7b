import type { Ceilings } from '../../tools/ablation/play/oracle.ts';
import type { Cell } from '../../tools/families/design-table.ts';
import type { FamilyReport } from './commands/bench-families.ts';
import { table } from './table.ts';

/** What `troupe bench families` prints: designs by cell, then the ceilings of choosing among them. */
export function familyLines(report: FamilyReport): string[] {
  const { run, version, cells, executions, callPrice, tokenPrice, ceilings, means } = report;
  const levels = [...ceilings, { family: 'mean', ...means }];
  return [
    `${run}, policy ${version.label} (${version.version.slice(0, 10)}); ${executions} executions per task and design; ` +
      `a call beyond the first costs ${callPrice}, a token ${tokenPrice}`,
    '',
    table(
      ['cell', 'tasks', 'lead', 'design', 'reward', '±', 'accuracy %', 'calls', 'tokens', 'answered %'],
      cells.flatMap(cellRows),
    ),
    '',
    'By choosing designs (held-out halves; "in hindsight" takes luck for merit):',
    table(
      ['family', 'measure', 'one for all', 'per cell', 'per task', 'in hindsight'],
      levels.flatMap(({ family, accuracy, reward }) => [
        [family, 'accuracy %', ...ceilingCells(accuracy, 100, 1)],
        ['', 'reward', ...ceilingCells(reward, 1, 3)],
      ]),
    ),
  ];
}

function cellRows({ family, attribute, tasks, lead, designs }: Cell): string[][] {
  return designs.map(({ script, accuracy, reward, halfWidth, calls, tokens, answered }, rank) => [
    rank === 0 ? [family, attribute].filter((part) => part !== '').join('/') : '',
    rank === 0 ? String(tasks) : '',
    rank === 0 ? lead.toFixed(3) : '',
    script.replace(/\s+/g, ' '),
    reward.toFixed(3),
    halfWidth === null ? '' : halfWidth.toFixed(3),
    (100 * accuracy).toFixed(1),
    calls.toFixed(2),
    tokens.toFixed(1),
    (100 * answered).toFixed(0),
  ]);
}

function ceilingCells({ fixed, cell, task, hindsight }: Ceilings, scale: number, digits: number): string[] {
  return [fixed, cell, task, hindsight].map((value) => (scale * value).toFixed(digits));
}
