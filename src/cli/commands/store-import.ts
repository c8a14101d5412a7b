import { type ImportedRun, importRuns, openImport } from '../../../store/import-runs.ts';
import { checkRun } from '../../../store/integrity.ts';
import { Store } from '../../../store/store.ts';
import { runProblems } from '../../views/run-problems.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { shownPath } from '../shown-path.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe store import`: exit code 0 if all runs of the file are here and as they were written, 1 if not. */
export function storeImport(source: string, { store: file, json }: Options): void {
  const progress = new ProgressLine(process.stderr, Date.now);
  const show = (what: string, done: number, of: number) => progress.show(what, done, of, 'events');
  // Before the store is opened: a bad file must not even make an empty one.
  const from = openImport(source, Date.now, show, runProblems);
  try {
    const store = Store.open(file, { mode: 'create', clock: Date.now });
    try {
      for (const imported of importRuns(from, store, show)) {
        const { run, events, added } = imported;
        const { problems } = added
          ? checkRun(store, run, (done) => show('checking again', done, events))
          : { problems: [] };
        progress.clear();
        const [first] = problems;
        if (first !== undefined) process.exitCode = 1;
        print(
          json === true
            ? `${JSON.stringify({ ...imported, file: from.file, ok: first === undefined })}\n`
            : first === undefined
              ? describe(imported, source, shownPath(store.file))
              : `${run}: not as it was in ${source}: ${first.problem}; "troupe store check" says more.\n`,
        );
      }
    } finally {
      store.close();
    }
  } finally {
    progress.clear();
    from.close();
  }
}

function describe(
  { run, from, events, eventHash, added }: ImportedRun,
  source: string,
  file: string,
): string {
  const what = `${events} events, event hash ${eventHash.slice(0, 10)}`;
  return added
    ? `${run}: ${from} of ${source}, ${what}; "troupe verify ${run} --store ${file}" executes it again.\n`
    : `${run}: ${from} of ${source} is here already, ${what}; nothing was done.\n`;
}
