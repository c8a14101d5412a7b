// Troupe as a library: trains on a task family and with a node of one's own, then asks what was learned.
//
//     npm run example -- [STEPS] [STORE]
import {
  agentNode,
  configure,
  defaultFamilies,
  defaultKit,
  NodeLibrary,
  presets,
  RunView,
  Store,
  startRun,
  voteNode,
} from '../src/index.ts';
import { extremes } from './extremes.family.ts';
import { retryNode } from './retry.node.ts';

const [steps = '2', file = 'example.db'] = process.argv.slice(2);
const { imitation, rollout, tasks } = presets.quick;

const kit = {
  ...defaultKit(),
  families: [extremes, ...defaultFamilies().filter(({ name }) => name === 'code')],
  library: new NodeLibrary([agentNode, voteNode, retryNode]),
  // Shown equally often in the cold start, so that the designer knows the words; which is best it finds out.
  scripts: [
    'run(agent("solve"))',
    'run(agent("solve", "js"))',
    'run(vote(agent("solve"), 3))',
    'run(retry(agent("solve"), 3))',
  ],
};

const store = Store.open(file, { mode: 'create', clock: Date.now });
const view = new RunView();
const run = startRun(
  store,
  configure('quick', {
    steps: Number(steps),
    tasks: { ...tasks, heldOut: 40 },
    imitation: { ...imitation, chunks: 4, stepsPerChunk: 50, designerShare: 0.3 },
    rollout: { ...rollout, tasksPerStep: 4, designs: 3, executions: 2 },
  }),
  {
    kit,
    hardware: { samplers: 2 },
    codeVersion: 'example',
    onEvents: (events) => {
      for (const event of events) view.apply(event);
    },
  },
);
console.log(`${run.id}: ${await run.finished}`);
for (const [family, { score, tasks: count, shapes }] of Object.entries(view.after)) {
  console.log(
    `${family}: ${((100 * score) / count).toFixed(0)} % of ${count} held-out tasks; designs`,
    shapes,
  );
}
store.close();
