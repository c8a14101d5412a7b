import { existsSync, renameSync, rmSync } from 'node:fs';
import { readConfig } from '../../../src/runtime/run.ts';
import { startFrom } from '../../../src/runtime/start.ts';
import { materialBlobs } from '../../../src/runtime/troupe.ts';
import { Store } from '../../../store/store.ts';

/** Label of the weights in a store that {@link keepLastWeights} wrote. */
export const LAST_LABEL = 'start';

/**
 * Writes what other arms need of a finished run into a store of its own: its last weights, tasks and tokenizer, as those
 * of a run that would begin with them. The log, which is a hundred times as large, may go then.
 */
export function keepLastWeights(store: Store, run: string, file: string, clock: () => number): void {
  if (existsSync(file)) return;
  const base = readConfig(store, run);
  const { forks: _, start: __, ...config } = base;
  const start = startFrom({ run, reader: store.reader(run), config: base }, config, 'last');
  const draft = `${file}.partial`;
  rmSync(draft, { force: true });
  const kept = Store.open(draft, { mode: 'create', clock });
  try {
    const { id } = kept.createRun({ config: JSON.parse(JSON.stringify(start.config)), codeVersion: '' });
    const log = kept.openLog(id, '');
    log.append([], { put: materialBlobs(start.material) });
    log.close();
  } finally {
    kept.close();
  }
  renameSync(draft, file);
}
