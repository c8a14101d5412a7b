// Begins the second run of a store from the first one's cold start, or goes on with it, so that a test can kill it.
import { readConfig, resumeRun, startRun } from '../../src/runtime/run.ts';
import { startFrom } from '../../src/runtime/start.ts';
import { Store } from '../../store/store.ts';
import { runOptions } from './small-run.ts';

const [file = ''] = process.argv.slice(2);
const store = Store.open(file, { mode: 'write', clock: Date.now });
const options = {
  ...runOptions(),
  onEvents: (events: readonly { readonly type: string }[]) => {
    for (const { type } of events) process.stdout.write(`${type}\n`);
  },
};
const begin = () => {
  const base = readConfig(store, 'run-1');
  const origin = { run: 'run-1', reader: store.reader('run-1'), config: base };
  const { config, material } = startFrom(origin, { ...base, steps: 2 });
  return startRun(store, config, options, material);
};
await (store.runs().length === 1 ? begin() : resumeRun(store, 'run-2', options)).finished;
store.close();
