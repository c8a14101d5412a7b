import { Store } from '../../../store/store.ts';
import { coverage } from '../../../tools/graph/coverage.ts';
import { dot } from '../../../tools/graph/dot.ts';
import { json } from '../../../tools/graph/json.ts';
import { type Subject, subjectOf, subjectOfDesign } from '../../../tools/graph/load.ts';
import { mermaid } from '../../../tools/graph/mermaid.ts';
import { shortestPaths } from '../../../tools/graph/paths.ts';
import { UserError } from '../../core/errors.ts';

interface Options {
  readonly store: string;
  readonly format: string;
  readonly coverage?: string;
  readonly paths?: boolean;
}

const FORMATS = { mermaid, dot, json } as const;

/** `troupe graph`: a kind of machine, or the machine of a recorded design, as text. */
export function graph(machine: string, options: Options): void {
  const format = Object.entries(FORMATS).find(([name]) => name === options.format)?.[1];
  if (format === undefined) {
    const known = Object.keys(FORMATS).join(', ');
    throw new UserError('unknown-format', `There is no format "${options.format}"; --format takes ${known}.`);
  }
  const cut = machine.indexOf('/');
  if (cut < 0 && options.coverage === undefined) {
    print(subjectOf(machine), undefined, format, options);
    return;
  }
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  try {
    const reader = (run: string) => store.reader(store.run(run).id);
    const subject =
      cut < 0 ? subjectOf(machine) : subjectOfDesign(reader(machine.slice(0, cut)), machine.slice(cut + 1));
    const counts = options.coverage === undefined ? undefined : coverage(reader(options.coverage), subject);
    print(subject, counts, format, options);
  } finally {
    store.close();
  }
}

function print(
  subject: Subject,
  counts: ReturnType<typeof coverage> | undefined,
  format: typeof mermaid,
  options: Options,
): void {
  if (options.paths !== true) {
    process.stdout.write(`${format(subject.chart, counts).trimEnd()}\n`);
    return;
  }
  for (const { final, outcome, steps } of shortestPaths(subject)) {
    process.stdout.write(`${final}${outcome === '' ? '' : ` (${outcome})`}\n`);
    steps.forEach((step, index) => {
      process.stdout.write(`  ${index + 1}. ${step}\n`);
    });
  }
}
