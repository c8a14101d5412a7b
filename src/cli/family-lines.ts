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
    halfWidth.toFixed(3),
    (100 * accuracy).toFixed(1),
    calls.toFixed(2),
    tokens.toFixed(1),
    (100 * answered).toFixed(0),
  ]);
}

function ceilingCells({ fixed, cell, task, hindsight }: Ceilings, scale: number, digits: number): string[] {
  return [fixed, cell, task, hindsight].map((value) => (scale * value).toFixed(digits));
}

/** The same as Markdown: for each cell the best designs and the lead, then the ceilings. */
export function familyPage(report: FamilyReport, command: string): string[] {
  const { cells, ceilings, means, machine, commit, scripts, executions, tasksPerCell } = report;
  const row = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  const head = (headings: readonly string[]) => [row(headings), row(headings.map(() => '---'))];
  return [
    `Written by \`${command}\` at commit ${commit}, on ${machine.model}, ${machine.cores} cores: rewards of the fixed designs with the weights ` +
      `of ${report.version.label}, ${tasksPerCell} held-out tasks of each family and attribute, ${executions} executions each; a call beyond the first costs ` +
      `${report.callPrice}, a token ${report.tokenPrice}. The best one is bold; ± is half its 95 % interval over tasks.`,
    '',
    ...head(['family', 'attribute', 'lead', '±', ...scripts.map((script) => `\`${bare(script)}\``)]),
    ...cells.map(({ family, attribute, lead, designs }) =>
      row([
        family,
        attribute,
        lead.toFixed(2),
        designs[0]?.halfWidth?.toFixed(2) ?? '',
        ...scripts.map((script) => {
          const reward = designs.find((design) => design.script === script)?.reward.toFixed(2) ?? '';
          return designs[0]?.script === script ? `**${reward}**` : reward;
        }),
      ]),
    ),
    '',
    'What choosing designs can come to, as accuracy in % and as reward. Designs are chosen by one half of the executions and scored by the other; in hindsight, luck counts as merit.',
    '',
    ...head(['family', 'measure', 'one for all', 'per family and attribute', 'per task', 'in hindsight']),
    ...[...ceilings, { family: 'mean', ...means }].flatMap(({ family, accuracy, reward }) => [
      row([family, 'accuracy', ...ceilingCells(accuracy, 100, 1)]),
      row([family, 'reward', ...ceilingCells(reward, 1, 3)]),
    ]),
  ];
}

/** `vote(agent("solve"), 3)` of the script that runs it. */
function bare(script: string): string {
  return /^run\((.*)\)$/s.exec(script)?.[1] ?? script;
}
