import { type BenchReport, bench as measureAll } from '../../../tools/bench/bench.ts';
import { type CheckFigures, measureCheck } from '../../../tools/bench/check.ts';
import { type LearnerReport, measureLearner } from '../../../tools/bench/learner.ts';
import { inScratch, machine } from '../../../tools/bench/measure.ts';
import { measureStore, type StoreReport } from '../../../tools/bench/store.ts';
import { crash } from '../../../tools/crash/crash.ts';
import { byPhase, isUnharmed } from '../../../tools/crash/report.ts';
import { type FuzzReport, fuzzScripts } from '../../../tools/fuzz/fuzz.ts';
import { UserError } from '../../core/errors.ts';
import { configure } from '../../runtime/config.ts';
import { crashLines } from '../crash-lines.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { table } from '../table.ts';

interface Options {
  readonly seconds: number;
  readonly count?: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `troupe bench`: what this machine does, as a table or one JSON object; `check` and `fuzz` are about designs. */
export async function bench(what: string, options: Options): Promise<void> {
  const measure = Object.entries(BENCHES).find(([name]) => name === what)?.[1];
  if (measure === undefined) {
    const known = Object.keys(BENCHES).join(', ');
    throw new UserError('unknown-bench', `There is no benchmark "${what}"; choose one of ${known}.`);
  }
  const progress = new ProgressLine(process.stderr, Date.now);
  const { report, lines, good } = await measure(options, progress).finally(() => progress.clear());
  print(options.json === true ? `${JSON.stringify(report)}\n` : `${lines.join('\n')}\n`);
  process.exitCode = good ? 0 : 1;
}

interface Measured {
  readonly report: object;
  readonly lines: readonly string[];
  /** False if the benchmark found something that must not be. */
  readonly good: boolean;
}

const BENCHES: { readonly [name: string]: (options: Options, progress: ProgressLine) => Promise<Measured> } =
  {
    async all({ seconds }, progress) {
      const report = await measureAll({
        config: configure('quick', {}),
        seconds,
        onProgress: (what, done, total) => progress.show(`measuring ${what}`, done, total, 'measurements'),
      });
      return { report, lines: allLines(report), good: true };
    },
    async learner({ seconds }, progress) {
      const report = await measureLearner({
        config: configure('quick', {}),
        seconds,
        onProgress: (what, done, total) => progress.show(`measuring ${what}`, done, total, 'measurements'),
      });
      return { report, lines: learnerLines(report), good: true };
    },
    async store({ seconds, count = 1_000_000 }, progress) {
      const report = await measureStore({
        config: configure('quick', {}),
        seconds,
        count,
        onProgress: (what, done, total) =>
          progress.show(`measuring ${what}`, Math.floor(done), total, 'measurements', done / total),
      });
      return { report, lines: storeLines(report), good: true };
    },
    async check({ seconds }, progress) {
      const pulse = () => progress.show('checking scripts', 0, 1, 'measurements');
      const figures = await measureCheck({ seconds, pulse });
      return { report: { machine: machine(), ...figures }, lines: checkLines(figures), good: true };
    },
    async fuzz({ count = 10_000, seed }, progress) {
      const report = await fuzzScripts({
        seed,
        count,
        now: () => performance.now(),
        onProgress: (done) => progress.show('checking mutated scripts', done, count, 'scripts'),
      });
      return { report, lines: fuzzLines(report), good: report.violations.length === 0 };
    },
    async crash({ count = 100, seed }, progress) {
      const operationKills = Math.ceil(count / 10);
      const fills = 3;
      const blows = count + 3 * operationKills + fills + 1;
      const report = await inScratch((file) =>
        crash({
          file,
          kills: count,
          operationKills,
          fills,
          seed,
          steps: 6,
          clock: Date.now,
          onProgress: (done) => progress.show('striking', done, blows, 'blows'),
        }),
      );
      const summary = byPhase(report.blows);
      return {
        report: { machine: machine(), ...report, summary },
        lines: crashLines(report),
        good: isUnharmed(report),
      };
    },
  };

type Row = [string, string, string, string];

function figuresTable(rows: readonly Row[]): string[] {
  const { model, cores } = machine();
  return [`${model}, ${cores} cores`, table(['measured', 'of it', 'figure', 'unit'], rows)];
}

function allLines({ decode, trainStep, log, step }: BenchReport): string[] {
  return figuresTable([
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
    ...Object.entries(step.shares).map(([part, share]): Row => ['', part, percent(share), '%']),
    ['within a step', 'log append', percent(step.logShare), '%'],
    ['', 'actors', percent(step.actorShare), '%'],
    ['', 'main thread busy', percent(step.mainThreadShare), '%'],
    ['', 'sampling outstanding', percent(step.samplingShare), '%'],
    ['', 'sandbox outstanding', percent(step.sandboxShare), '%'],
  ]);
}

function learnerLines(report: LearnerReport): string[] {
  const { torchStepMs, twoCoreSpeedup } = report;
  return figuresTable([
    ['training step', 'one thread', report.trainStepMs.toFixed(1), 'ms'],
    ['', 'in PyTorch', torchStepMs?.toFixed(1) ?? 'not here', torchStepMs === undefined ? '' : 'ms'],
    ['', 'matrix products alone', percent(report.matmulShare), '% of the step'],
    ['', 'their speed', report.matmulGflops.toFixed(1), 'GFLOP/s'],
    ['', 'ten times the tokens', report.tenfold.toFixed(2), '× the time per token'],
    ['', 'padding', percent(report.paddingShare), '% of the positions'],
    ['training', '', count(report.trainTokensPerCpuSecond), 'tokens/CPU-second'],
    ['decoding', '', count(report.decodeTokensPerCpuSecond), 'sampled tokens/CPU-second'],
    ['a short run', 'on two cores', twoCoreSpeedup?.toFixed(2) ?? '–', '× as fast as on one'],
    ['', report.twoCoreNote, '', ''],
  ]);
}

function storeLines(report: StoreReport): string[] {
  const { bytesPerToken, stateAt, run, ...log } = report;
  return figuresTable([
    ['append', 'events of a run', count(log.appendPerSecond), 'events/s'],
    ['', 'bare SQLite insert', count(log.bareInsertPerSecond), 'rows/s'],
    ['', 'append / bare', log.appendRatio.toFixed(2), ''],
    ['live', 'actors alone', count(log.actorsPerSecond), 'events/s'],
    ['', 'append and actors', count(log.livePerSecond), 'events/s'],
    ['', 'by the slower of the two', log.liveRatio.toFixed(2), ''],
    ['replay', 'reading alone', count(log.readPerSecond), 'events/s'],
    ['', 'reading and actors', count(log.replayPerSecond), 'events/s'],
    ['', 'by the slower of the two', log.replayRatio.toFixed(2), ''],
    ['a whole run', `of ${count(run.events)} events`, run.seconds.toFixed(0), 's'],
    ['', 'within appends', percent(run.logShare), '% of its CPU time'],
    ['', '', percent(run.logWallShare), '% of its wall time'],
    ['sampled token', 'id and log-probability', bytesPerToken.sampled.toFixed(1), 'bytes'],
    ['', 'the same as JSON', bytesPerToken.sampledAsJson.toFixed(1), 'bytes'],
    ['', 'calls, prompts and texts included', bytesPerToken.calls.toFixed(1), 'bytes'],
    ['', 'the whole log', bytesPerToken.log.toFixed(1), 'bytes'],
    ['state at any event', `of ${count(stateAt.events)}, median`, stateAt.medianMs.toFixed(0), 'ms'],
    ['', `slowest of ${stateAt.jumps}`, stateAt.slowestMs.toFixed(0), 'ms'],
    ['', 'without snapshots', stateAt.withoutSnapshotsMs.toFixed(0), 'ms'],
    ['', 'snapshots', percent(stateAt.snapshotShare), '% of the file'],
    ...report.widths.map(
      ({ tasks, cpuPerEvent }, index): Row => [
        index === 0 ? 'a scripted step' : '',
        `of ${count(tasks)} tasks`,
        cpuPerEvent.toFixed(0),
        'µs of CPU per event',
      ],
    ),
  ]);
}

function checkLines(figures: CheckFigures): string[] {
  return figuresTable([
    ['a JavaScript script', 'whole check, median', figures.javascriptMs.toFixed(2), 'ms'],
    ['', 'its evaluation', figures.evaluationMs.toFixed(2), 'ms'],
    ['', 'checks of its spec', figures.specMs.toFixed(2), 'ms'],
    ['', 'slowest', figures.javascriptSlowestMs.toFixed(2), 'ms'],
    ['an empty program', 'in the same sandbox', figures.emptyProgramMs.toFixed(2), 'ms'],
    ['a Python script', 'whole check, median', figures.pythonMs.toFixed(0), 'ms'],
  ]);
}

function fuzzLines({ scripts, accepted, outcomes, slowestMs, violations }: FuzzReport): string[] {
  const rows = Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, times]) => [cause, count(times), percent(times / scripts)]);
  return [
    `${count(scripts)} mutated scripts, ${count(accepted)} accepted and run; the slowest took ${slowestMs.toFixed(0)} ms`,
    table(['outcome', 'scripts', '%'], rows),
    violations.length === 0 ? 'no violations' : `${violations.length} VIOLATIONS`,
    ...violations.slice(0, 20).flatMap(({ script, problem }) => [`  ${problem}`, `    ${script}`]),
  ];
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
