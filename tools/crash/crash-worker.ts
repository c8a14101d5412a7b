// Starts or goes on with a small run in a process of its own, so that the harness can kill it at any moment.
// Says, a line each: the number of events that are stored, and the type of the last one.
import { configure } from '../../src/runtime/config.ts';
import { defaultKit } from '../../src/runtime/kit.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { Store } from '../../store/store.ts';

const [file = '', seed = '1'] = process.argv.slice(2);
const store = Store.open(file, { mode: 'create', clock: Date.now });
const config = configure('quick', {
  seed: Number(seed),
  steps: 6,
  model: { dim: 64, layers: 1, heads: 2, hidden: 128, context: 128 },
  tasks: { train: 60, heldOut: 10 },
  imitation: { chunks: 6, stepsPerChunk: 30, batchTokens: 512, learningRate: 5e-3, designerShare: 0.6 },
  rollout: {
    tasksPerStep: 8,
    designs: 4,
    executions: 3,
    temperature: 1,
    designerTokens: 40,
    executorTokens: 24,
  },
  stage: { steps: 2, first: 'executor' },
});
const options = {
  kit: defaultKit(),
  hardware: { samplers: 2 },
  codeVersion: 'crash',
  onEvents: (events: readonly { readonly seq: number; readonly type: string }[]) => {
    const last = events.at(-1);
    if (last !== undefined) process.stdout.write(`${last.seq} ${last.type}\n`);
  },
};
const run =
  store.runs().length === 0 ? startRun(store, config, options) : resumeRun(store, 'latest', options);
await run.finished;
store.close();
