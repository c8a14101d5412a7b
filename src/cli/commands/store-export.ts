import { exportRun } from '../../../store/export-run.ts';
import { Store } from '../../../store/store.ts';
import { blobProblems } from '../../runtime/blob-check.ts';
import { bytesText } from '../bytes.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe store export`: one run as one file that {@link storeImport} takes in on another machine. */
export function storeExport(name: string, target: string, { store: file, json }: Options): void {
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const show = (what: string, done: number, of: number) => progress.show(what, done, of, 'events');
    const exported = exportRun(store, name, target, show, blobProblems);
    progress.clear();
    const { run, events, eventHash, bytes } = exported;
    print(
      json === true
        ? `${JSON.stringify(exported)}\n`
        : `${run}: ${events} events, event hash ${eventHash.slice(0, 10)} → ${target} (${bytesText(bytes)}); "troupe store import" takes it in.\n`,
    );
  } finally {
    progress.clear();
    store.close();
  }
}
