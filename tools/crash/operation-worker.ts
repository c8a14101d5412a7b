// Carries out one operation on a store file in a process of its own, and announces when it begins to write and when
// it is done, so that the harness can kill it in between.
import { setTimeout as sleep } from 'node:timers/promises';
import { supersededWeights } from '../../src/runtime/versions.ts';
import { compact } from '../../store/compaction.ts';
import { exportRun } from '../../store/export-run.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import { Store } from '../../store/store.ts';

const [what = '', file = '', other = ''] = process.argv.slice(2);

async function announced(work: () => void): Promise<void> {
  process.stdout.write('begun\n');
  work();
  process.stdout.write('done\n');
  // The file stays open a little, so that a kill can come after the last write as well.
  await sleep(100);
}

if (what === 'import') {
  const from = openImport(other, Date.now);
  const store = Store.open(file, { mode: 'create', clock: Date.now });
  await announced(() => importRuns(from, store));
  store.close();
  from.close();
} else {
  const store = Store.open(file, { mode: what === 'export' ? 'read' : 'write', clock: Date.now });
  await announced(() => {
    if (what === 'export') exportRun(store, 'latest', other);
    else compact(store, { superseded: supersededWeights });
  });
  store.close();
}
