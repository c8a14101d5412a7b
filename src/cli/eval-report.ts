import type { Counts, Tally } from '../../machines/tally.ts';
import { clusteredShare, type Estimate } from '../core/interval.ts';
import { type PassRates, passRates, passText } from '../views/accuracy.ts';
import { limits, percent } from '../views/estimate.ts';
import { table } from './table.ts';

/** What an evaluation found in one task. */
export interface TaskResult {
  readonly family: string;
  readonly attribute: string;
  /** Mean over the task's samples, and how many of them solved it. */
  readonly score: number;
  readonly solved: number;
}

interface Figures {
  readonly accuracy: Estimate;
  readonly passAtK?: PassRates;
}

/** Accuracy and pass@k by family and over all tasks, for `--json`; pass@k where there are several samples. */
export function evalFigures(tasks: readonly TaskResult[], samples: number) {
  const families = [...Map.groupBy(tasks, ({ family }) => family)];
  const figures = families.map(([family, own]) => [family, figuresOf(own, samples)] as const);
  const over = <T>(pick: (figures: Figures) => T) => ({
    families: Object.fromEntries(figures.map(([family, each]) => [family, pick(each)])),
    overall: pick(figuresOf(tasks, samples)),
  });
  return {
    samples,
    accuracy: over(({ accuracy }) => accuracy),
    ...(samples > 1 ? { passAtK: over(({ passAtK }) => passAtK) } : {}),
  };
}

/** The same for people, with valid scripts, calls and designs from the tally: families, their attributes, and all tasks. */
export function evalLines(tally: Tally, tasks: readonly TaskResult[], samples: number): string[] {
  const rows = Object.entries(tally).flatMap(([family, { attributes, ...whole }]) => {
    const own = tasks.filter((task) => task.family === family);
    const parts = Object.entries(attributes).map(([name, counts]) => {
      const members = own.filter(({ attribute }) => attribute === name);
      return row(`  ${name}`, counts, figuresOf(members, samples));
    });
    return [row(family, whole, figuresOf(own, samples)), ...(parts.length < 2 ? [] : parts)];
  });
  const { accuracy, passAtK = {} } = figuresOf(tasks, samples);
  const passes = Object.keys(passAtK).map((k) => `pass@${k} %`);
  const counts = ['valid %', 'calls/task', 'tokens/task', 'designs'];
  return [
    table(['family', 'tasks', 'accuracy %', ...passes, ...counts], rows),
    `all ${tasks.length} tasks: ${[percent(accuracy), passText(passAtK)].filter((part) => part !== '').join('  ')}`,
    'In brackets: 95 % intervals.',
  ];
}

function figuresOf(tasks: readonly TaskResult[], samples: number): Figures {
  const accuracy = clusteredShare(
    tasks.map(({ score }) => score),
    samples,
  );
  if (samples === 1) return { accuracy };
  const solved = tasks.map((task) => task.solved);
  return { accuracy, passAtK: passRates(solved, samples) };
}

function row(
  name: string,
  { tasks, valid, calls, tokens, shapes }: Counts,
  { accuracy, passAtK = {} }: Figures,
): string[] {
  return [
    name,
    String(tasks),
    share(accuracy),
    ...Object.values(passAtK).map(share),
    ((100 * valid) / tasks).toFixed(0),
    (calls / tasks).toFixed(2),
    (tokens / tasks).toFixed(0),
    Object.entries(shapes)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([shape, count]) => `${shape} ${Math.round((100 * count) / tasks)} %`)
      .join(', '),
  ];
}

/** `50.0 (9–91)`. */
function share(estimate: Estimate): string {
  return `${(100 * estimate.mean).toFixed(1).padStart(5)} (${limits(estimate)})`;
}
