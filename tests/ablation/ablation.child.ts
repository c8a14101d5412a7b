// Runs the small table in a process of its own, so that a test can kill it; says each arm's progress.
import { ablation } from '../../tools/ablation/ablation.ts';
import { smallAblation } from './small-table.ts';

const [folder = ''] = process.argv.slice(2);
const onProgress = ({ underWay }: { underWay: readonly string[] }) =>
  process.stdout.write(`${underWay.join(';')}\n`);
await ablation(smallAblation(folder, { onProgress })).finished;
