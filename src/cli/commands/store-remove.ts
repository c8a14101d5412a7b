import { removeRun } from '../../../store/remove-run.ts';
import { Store } from '../../../store/store.ts';
import { print } from '../output.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe store remove`: takes a run out of a store, readable or not. */
export function storeRemove(name: string, { store: file, json }: Options): void {
  const store = Store.open(file, { mode: 'write', clock: Date.now });
  try {
    const removed = removeRun(store, name);
    const { run, events } = removed;
    print(
      json === true
        ? `${JSON.stringify(removed)}\n`
        : `${run}: ${events} events removed; "troupe store compact" makes the file smaller.\n`,
    );
  } finally {
    store.close();
  }
}
