import { Store } from '../../../store/store.ts';
import { splitAddress } from '../../runtime/address.ts';
import { print } from '../output.ts';
import { runPage } from '../show/run-page.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
  readonly tokens?: boolean;
}

/** `troupe show`: a run, or one place in it, as text; with `--json` the run's summary or the place's events. */
export async function show(
  typed: string,
  { store: file, json = false, tokens = false }: Options,
): Promise<void> {
  const { run: name, place } = splitAddress(typed);
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const run = store.run(name);
    const reader = store.reader(run.id);
    const lines =
      place === ''
        ? runPage(run, reader, store.attempts(run.id), json)
        : await showPlace(store, run.id, place, { json, tokens });
    print(`${lines.join('\n')}\n`);
  } finally {
    store.close();
  }
}

/** Loaded where a place is asked for: decoding what its agents read takes more code than a run's figures. */
async function showPlace(
  store: Store,
  run: string,
  place: string,
  { json, tokens }: { readonly json: boolean; readonly tokens: boolean },
): Promise<string[]> {
  const { placeEvents, placePage } = await import('../show/place-page.ts');
  const { readConfig } = await import('../../runtime/run.ts');
  const shown = { run, reader: store.reader(run), tokens, config: readConfig(store, run) };
  return json ? placeEvents(shown, place) : placePage(shown, place);
}
