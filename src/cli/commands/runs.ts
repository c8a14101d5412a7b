import { z } from 'zod';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { originText, type RunSummary, summarise } from '../../views/run-summary.ts';
import { print, warn } from '../output.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe runs`: one line, or one JSON object, per run of the store. */
export function runs({ store: file, json }: Options): void {
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const read = store.names().map((name) => attempt(store, name));
    const summaries = read.flatMap((each) => ('summary' in each ? [each.summary] : []));
    const unread = read.flatMap((each) => ('problem' in each ? [each] : []));
    if (json === true) {
      for (const summary of summaries) print(`${JSON.stringify(summary)}\n`);
    } else if (read.length === 0) {
      print(`The store ${file} holds no runs yet; start one with "troupe train".\n`);
    } else {
      // Where no run is a fork there is nothing to be said of where they come from.
      const headings = summaries.some(({ fork }) => fork !== undefined) ? [...HEADINGS, 'origin'] : HEADINGS;
      print(`${table(headings, summaries.map(row))}\n`);
    }
    for (const { run, problem } of unread) {
      warn(
        `${run} cannot be read: ${problem} "troupe store check" says more, "troupe store remove" takes it away.\n`,
      );
    }
  } finally {
    store.close();
  }
}

/** A run in a line, or why there is none: one that cannot be read keeps nobody from the others. */
function attempt(store: Store, name: string): { summary: RunSummary } | { run: string; problem: string } {
  try {
    return { summary: summarise(store.run(name), store.reader(name), store.attempts(name)) };
  } catch (error) {
    if (error instanceof UserError) return { run: name, problem: error.message };
    if (error instanceof z.ZodError) return { run: name, problem: 'its events are not those of a run.' };
    throw error;
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
