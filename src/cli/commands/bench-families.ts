import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Store } from '../../../store/store.ts';
import { currentCommit } from '../../../tools/ablation/jobs/commit.ts';
import { coldStart } from '../../../tools/ablation/play/cold-start.ts';
import { machine } from '../../../tools/bench/measure.ts';
import { type DesignTable, meanCeilings } from '../../../tools/families/design-table.ts';
import { measureDesigns, pricesOf } from '../../../tools/families/measure-designs.ts';
import { writePart } from '../../../tools/families/page-part.ts';
import { UserError } from '../../core/errors.ts';
import { hashJson } from '../../core/hash.ts';
import { configure, type RunConfig } from '../../runtime/config.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { readConfig } from '../../runtime/run.ts';
import { findVersion, type KeptVersion } from '../../runtime/versions.ts';
import { codeVersion } from '../code-version.ts';
import { familyLines, familyPage } from '../family-lines.ts';
import { hardware } from '../hardware.ts';
import { print, warn } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { stopOnSignals } from '../signals.ts';

export interface FamilyOptions {
  readonly run?: string;
  readonly label: string;
  readonly store: string;
  readonly preset: string;
  readonly seed: number;
  readonly tasks: number;
  readonly executions: number;
  readonly work: string;
  readonly write?: string;
  readonly json?: boolean;
}

/** What `bench families` found, and where. */
export interface FamilyReport extends DesignTable {
  readonly machine: ReturnType<typeof machine>;
  readonly commit: string;
  readonly run: string;
  readonly version: KeptVersion;
  readonly seed: number;
  readonly tasksPerCell: number;
  readonly callPrice: number;
  readonly tokenPrice: number;
  readonly means: {
    readonly accuracy: ReturnType<typeof meanCeilings>;
    readonly reward: ReturnType<typeof meanCeilings>;
  };
}

/** `troupe bench families`: what each fixed design is worth in each family and attribute, and the ceilings of choosing. */
export async function benchFamilies(options: FamilyOptions): Promise<void> {
  if (options.executions % 2 !== 0) {
    throw new UserError(
      'odd-executions',
      `--executions ${options.executions} is odd; give an even number, because the ceilings need two equal halves.`,
    );
  }
  const progress = new ProgressLine(process.stderr, Date.now);
  const played = await chosenRun(options, progress);
  if (played === null) return;
  const { store, run, version } = played;
  try {
    const kit = defaultKit();
    const config = readConfig(store, run);
    const executing = new ProgressLine(process.stderr, Date.now);
    const table = await measureDesigns(store.reader(run), config, {
      kit,
      hardware: hardware(),
      label: version.label,
      tasks: options.tasks,
      executions: options.executions,
      scripts: kit.scripts,
      onProgress: (done, of) => executing.show('executing designs', done, of, 'executions'),
    }).finally(() => executing.clear());
    const report: FamilyReport = {
      machine: machine(),
      commit: currentCommit(),
      run,
      version,
      seed: config.seed,
      tasksPerCell: options.tasks,
      ...pricesOf(config),
      ...table,
      means: {
        accuracy: meanCeilings(table.ceilings.map(({ accuracy }) => accuracy)),
        reward: meanCeilings(table.ceilings.map(({ reward }) => reward)),
      },
    };
    const text = options.json === true ? JSON.stringify(report) : familyLines(report).join('\n');
    print(`${text}\n`);
    if (options.write !== undefined) writePart(options.write, familyPage(report, commandOf(options)));
  } finally {
    store.close();
  }
}

interface ChosenRun {
  readonly store: Store;
  readonly run: string;
  readonly version: KeptVersion;
}

/** The run that was asked for; or a cold start, which is kept for the next time. Null if that was interrupted. */
async function chosenRun(options: FamilyOptions, progress: ProgressLine): Promise<ChosenRun | null> {
  if (options.run !== undefined) {
    const store = Store.open(options.store, { mode: 'read', clock: Date.now });
    try {
      const { id } = store.run(options.run);
      return { store, run: id, version: findVersion(store.reader(id), options.label, id) };
    } catch (error) {
      store.close();
      throw error;
    }
  }
  const config = configure(options.preset, { seed: options.seed });
  mkdirSync(options.work, { recursive: true });
  const store = Store.open(join(options.work, coldStartFile(config)), { mode: 'create', clock: Date.now });
  try {
    const started = await coldStart(store, config, {
      kit: defaultKit(),
      hardware: hardware(),
      codeVersion: codeVersion(),
      onProgress: (done, of) => progress.show('cold start', done, of, 'chunks'),
      onRun: stopOnSignals,
    }).finally(() => progress.clear());
    if (started !== null) return { store, ...started };
    warn('stopped within the cold start; the same command goes on with it\n');
    process.exitCode = 130;
  } catch (error) {
    store.close();
    throw error;
  }
  store.close();
  return null;
}

/** Cold starts of the same configuration and code share a file. */
function coldStartFile(config: RunConfig): string {
  return `families-${hashJson({ config: JSON.parse(JSON.stringify(config)), code: codeVersion() }).slice(0, 12)}.db`;
}

function commandOf({ preset, seed, tasks, executions, run, label }: FamilyOptions): string {
  const played = run === undefined ? `--preset ${preset} --seed ${seed}` : `--run ${run} --label ${label}`;
  return `troupe bench families ${played} --tasks ${tasks} --executions ${executions}`;
}
