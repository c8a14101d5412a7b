// Starts or resumes the small run in a process of its own, so that a test can kill it.
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { Store } from '../../store/store.ts';
import { runOptions, smallConfig } from './small-run.ts';

const [file = ''] = process.argv.slice(2);
const store = Store.open(file, { mode: 'create', clock: Date.now });
const options = {
  ...runOptions(),
  onEvents: (events: readonly { readonly type: string }[]) => {
    for (const { type } of events) process.stdout.write(`${type}\n`);
  },
};
const run =
  store.runs().length === 0 ? startRun(store, smallConfig(), options) : resumeRun(store, 'latest', options);
await run.finished;
store.close();
