import { availableParallelism } from 'node:os';
import { configSchema } from '../../src/runtime/config.ts';
import { defaultKit } from '../../src/runtime/kit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { keptVersions } from '../../src/runtime/versions.ts';
import { Store } from '../../store/store.ts';
import { inScratch, now } from './measure.ts';

// One whole run of the configuration in the first argument, on the cores that this process may use. Prints its
// seconds, from its first event to its last, and the hash of its last weights.
const config = configSchema.parse(JSON.parse(process.argv[2] ?? ''));
const measured = await inScratch(async (file) => {
  const store = Store.open(file('run.db'), { mode: 'create', clock: Date.now });
  let began = Number.NaN;
  const run = startRun(store, config, {
    kit: defaultKit(),
    hardware: { samplers: Math.min(4, availableParallelism()) },
    codeVersion: 'bench',
    onEvents: () => {
      if (Number.isNaN(began)) began = now();
    },
  });
  await run.finished;
  const seconds = now() - began;
  const version = keptVersions(store.reader(run.id)).at(-1)?.version;
  store.close();
  return { seconds, version };
});
process.stdout.write(JSON.stringify(measured));
