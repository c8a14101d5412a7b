import { Store } from '../../../store/store.ts';
import { checkStore, type StoreCheck } from '../../../store/store-check.ts';
import { UserError } from '../../core/errors.ts';
import { runProblems } from '../../views/run-problems.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** Problems that are printed for people; --json has all of them. */
const SHOWN = 20;

/** `troupe store check`: exit code 0 if everything in the file is as it was written, 1 if not. */
export function storeCheck({ store: file, json }: Options): void {
  const check = checked(file);
  print(json === true ? `${JSON.stringify(check)}\n` : describe(check, file));
  process.exitCode = check.ok ? 0 : 1;
}

function checked(file: string): StoreCheck {
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const store = Store.open(file, { mode: 'read', clock: Date.now });
    try {
      const onProgress = (done: number, of: number) => progress.show('checking', done, of, 'events');
      return checkStore(store, onProgress, runProblems);
    } finally {
      store.close();
    }
  } catch (error) {
    // Damage that keeps the file from being opened at all is what was asked about.
    if (!(error instanceof UserError && error.code === 'store-damaged')) throw error;
    return { ok: false, runs: 0, events: 0, problems: [{ problem: error.message }] };
  } finally {
    progress.clear();
  }
}

function describe({ ok, runs, events, problems }: StoreCheck, file: string): string {
  const size = `${runs} ${runs === 1 ? 'run' : 'runs'}, ${events} events`;
  if (ok) return `${file}: ${size}, all as they were written.\n`;
  const lines = problems.slice(0, SHOWN).map(({ run, seq, stream, problem }) => {
    const place = [run, seq === undefined ? undefined : `event ${seq}`, stream].filter(
      (part) => part !== undefined,
    );
    return `  ${place.length === 0 ? '' : `${place.join(', ')}: `}${problem}`;
  });
  const more = problems.length > SHOWN ? [`  … and ${problems.length - SHOWN} more (--json has all)`] : [];
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return [`${file}: ${size}, ${count}`, ...lines, ...more, ''].join('\n');
}
