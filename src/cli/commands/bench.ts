import { type BenchReport, bench as measure } from '../../../tools/bench/bench.ts';
import { configure } from '../../runtime/config.ts';
import { ProgressLine } from '../progress-line.ts';
import { table } from '../table.ts';

interface Options {
  readonly seconds: number;
  readonly json?: boolean;
}

/** `troupe bench`: what this machine does with the quick preset's model, as a table or one JSON object. */
export async function bench({ seconds, json }: Options): Promise<void> {
  const progress = new ProgressLine(process.stderr, Date.now);
  const report = await measure({
    config: configure('quick', {}),
    seconds,
    onProgress: (what, done, total) => progress.show(`measuring ${what}`, done, total, 'measurements'),
  }).finally(() => progress.clear());
  if (json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(`${text(report)}\n`);
}

function text({ machine, decode, trainStep, log, step }: BenchReport): string {
  const rows: [string, string, string, string][] = [
    ['decoding', 'one thread', count(decode.tokensPerSecond), 'sampled tokens/s'],
    ['', 'two threads', count(decode.tokensPerSecondTwoThreads), 'sampled tokens/s'],
    ['training step', 'one thread', trainStep.ms.toFixed(1), 'ms'],
    ['', 'two shards', trainStep.msTwoShards.toFixed(1), 'ms'],
    ['', 'one thread', count(trainStep.tokensPerSecond), 'tokens/s'],
    ['', 'matrix products alone', percent(trainStep.matmulShare), '% of the step'],
    ['', 'their speed', trainStep.matmulGflops.toFixed(1), 'GFLOP/s'],
    ['log', 'append', count(log.appendPerSecond), 'events/s'],
    ['', 'bare SQLite insert', count(log.bareInsertPerSecond), 'rows/s'],
    ['', 'append / bare', log.appendRatio.toFixed(2), ''],
    ['', 'replay', count(log.replayPerSecond), 'events/s'],
    ['step of a run', 'whole', step.seconds.toFixed(2), 's'],
    ...Object.entries(step.shares).map(([part, share]): [string, string, string, string] => [
      '',
      part,
      percent(share),
      '%',
    ]),
    ['within a step', 'log append', percent(step.logShare), '%'],
    ['', 'actors', percent(step.actorShare), '%'],
    ['', 'main thread busy', percent(step.mainThreadShare), '%'],
    ['', 'sampling outstanding', percent(step.samplingShare), '%'],
    ['', 'sandbox outstanding', percent(step.sandboxShare), '%'],
  ];
  const headings = ['measured', 'of it', 'figure', 'unit'];
  return `${machine.model}, ${machine.cores} cores\n${table(headings, rows)}`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
