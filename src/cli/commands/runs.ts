import { Store } from '../../../store/store.ts';
import { originText, type RunSummary, summarise } from '../../views/run-summary.ts';
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
      for (const summary of summaries) process.stdout.write(`${JSON.stringify(summary)}\n`);
    } else if (summaries.length === 0) {
      process.stdout.write(`The store ${file} holds no runs yet; start one with "troupe train".\n`);
    } else {
      // Where no run is a fork there is nothing to be said of where they come from.
      const headings = summaries.some(({ fork }) => fork !== undefined) ? [...HEADINGS, 'origin'] : HEADINGS;
      process.stdout.write(`${table(headings, summaries.map(row))}\n`);
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
  const { run, preset, seed, status } = summary;
  const origin = originText(summary);
  // What a fork that has not run holds is its parent's.
  const own = status === 'forked' ? NOTHING_YET : progress(summary);
  return [run, preset, String(seed), status, ...own, origin];
}

const NOTHING_YET = HEADINGS.slice(4).map(() => '–');

function progress(summary: RunSummary): string[] {
  const families = Object.keys({ ...summary.heldOut.before, ...summary.heldOut.after });
  const percent = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value * 100)}`);
  const heldOut = families.map(
    (family) =>
      `${family} ${percent(summary.heldOut.before[family])}→${percent(summary.heldOut.after[family])} %`,
  );
  return [
    `${summary.step}/${summary.steps}`,
    String(summary.events),
    String(summary.policyCalls),
    summary.seconds.toFixed(0),
    heldOut.join(', ') || '–',
    summary.weightsHash.slice(0, 10) || '–',
  ];
}
