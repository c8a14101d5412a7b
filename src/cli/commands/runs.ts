import { Store } from '../../../store/store.ts';
import { type RunSummary, summarise } from '../../views/run-summary.ts';
import { print } from '../output.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe runs`: one line, or one JSON object, per run of the store. */
export function runs({ store: file, json }: Options): void {
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const summaries = store
      .runs()
      .map((info) => summarise(info, store.reader(info.id), store.attempts(info.id)));
    if (json === true) {
      for (const summary of summaries) print(`${JSON.stringify(summary)}\n`);
    } else if (summaries.length === 0) {
      print(`The store ${file} holds no runs yet; start one with "troupe train".\n`);
    } else {
      print(`${table(HEADINGS, summaries.map(row))}\n`);
    }
  } finally {
    store.close();
  }
}

const HEADINGS = [
  'run',
  'preset',
  'seed',
  'status',
  'step',
  'events',
  'calls',
  'seconds',
  'held-out',
  'weights',
];

function row(summary: RunSummary): string[] {
  const families = Object.keys({ ...summary.heldOut.before, ...summary.heldOut.after });
  const percent = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value * 100)}`);
  const heldOut = families.map(
    (family) =>
      `${family} ${percent(summary.heldOut.before[family])}→${percent(summary.heldOut.after[family])} %`,
  );
  return [
    summary.run,
    summary.preset,
    String(summary.seed),
    summary.status,
    `${summary.step}/${summary.steps}`,
    String(summary.events),
    String(summary.policyCalls),
    summary.seconds.toFixed(0),
    heldOut.join(', ') || '–',
    summary.weightsHash.slice(0, 10) || '–',
  ];
}
