import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ablation } from '../../../tools/ablation/ablation.ts';
import { currentCommit } from '../../../tools/ablation/jobs/commit.ts';
import { type LedgerHead, rowsOf } from '../../../tools/ablation/jobs/ledger.ts';
import { curvesSvg } from '../../../tools/ablation/report/curves-svg.ts';
import { page } from '../../../tools/ablation/report/page.ts';
import { summarise } from '../../../tools/ablation/report/summary.ts';
import { tableOf } from '../../../tools/ablation/tables/tables.ts';
import { machine } from '../../../tools/bench/measure.ts';
import { UserError } from '../../core/errors.ts';
import { configure } from '../../runtime/config.ts';
import { ablationLines } from '../ablation-lines.ts';
import { codeVersion } from '../code-version.ts';
import { print, warn } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { withSettings } from '../settings.ts';
import { stopOnSignals } from '../signals.ts';

export interface AblationOptions {
  readonly table: string;
  readonly seeds?: number;
  readonly firstSeed: number;
  readonly arms?: readonly string[];
  readonly preset: string;
  readonly set: readonly string[];
  readonly jobs: number;
  readonly work: string;
  readonly out: string;
  readonly keep?: boolean;
  readonly keepStale?: boolean;
  readonly json?: boolean;
}

/** Where the results of the presets are. */
const DEFAULT_OUT = 'docs/results';

/** Steps of the running mean over training rewards, which are noisy. */
const WINDOW = 5;

/** `troupe bench ablation`: a table of arms and seeds; what is there already is not run again. */
export async function benchAblation(options: AblationOptions): Promise<void> {
  const table = tableOf(options.table);
  if (options.set.length > 0 && resolve(options.out) === resolve(DEFAULT_OUT)) {
    throw new UserError(
      'set-without-out',
      `--set changes what the arms are about; give the results a folder of their own with --out, beside ${DEFAULT_OUT}.`,
    );
  }
  const base = withSettings(configure(options.preset, {}), options.set);
  const { seeds: count = table.seeds, firstSeed, jobs, work, out } = options;
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
  const head: LedgerHead = {
    table: table.letter,
    command: commandOf(options, count),
    commit: currentCommit(),
    machine: machine(),
    node: process.versions.node,
    preset: options.preset,
  };
  const progress = new ProgressLine(process.stderr, Date.now);
  const running = ablation({
    table,
    base,
    seeds,
    ...(options.arms === undefined ? {} : { arms: options.arms }),
    jobs,
    keep: options.keep === true,
    keepStale: options.keepStale === true,
    work,
    out,
    codeVersion: codeVersion(),
    head,
    onProgress: ({ underWay, done, of, share }) =>
      progress.show(`table ${table.letter}`, done, of, `jobs (${underWay.join(', ')})`, share),
  });
  stopOnSignals(running);
  const { entries, stopped, failed, file } = await running.finished.finally(() => progress.clear());

  const order = table.arms(base).map(({ name }) => name);
  const summary = summarise(entries, order, table);
  const curves = summary.arms.map(({ arm, curve }) => ({ name: arm, values: curve }));
  const title = `Table ${table.letter}: ${table.title}`;
  writeFileSync(file.replace(/json$/, 'md'), page(table, head, entries, summary));
  writeFileSync(
    file.replace(/json$/, 'svg'),
    curvesSvg(`${title}: training reward, running mean over ${WINDOW} steps`, curves, WINDOW),
  );
  if (options.json === true) {
    print(`${JSON.stringify({ ...head, rows: entries.flatMap(rowsOf), summary })}\n`);
  } else {
    print(`${ablationLines(title, summary, WINDOW).join('\n')}\n\nwritten: ${file}\n`);
  }
  for (const { id, why } of failed) warn(`${id} failed: ${why}\n`);
  if (stopped) warn('stopped; the same command goes on where it was\n');
  process.exitCode = stopped ? 130 : failed.length > 0 ? 1 : 0;
}

function commandOf({ table, firstSeed, preset, set, arms }: AblationOptions, count: number): string {
  return [
    `troupe bench ablation --table ${table} --seeds ${count}`,
    firstSeed === 1 ? '' : ` --first-seed ${firstSeed}`,
    preset === 'bench' ? '' : ` --preset ${preset}`,
    ...set.map((setting) => ` --set ${setting}`),
    arms === undefined ? '' : ` --arms ${arms.join(',')}`,
  ].join('');
}
