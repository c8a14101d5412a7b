import { existsSync, readFileSync } from 'node:fs';
import { scoreOf } from '../../../machines/tally.ts';
import type { StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { PythonJail } from '../../designs/python/jail.ts';
import { DesignReader } from '../../designs/reader.ts';
import type { RunConfig } from '../../runtime/config.ts';
import { evaluate as score } from '../../runtime/evaluate.ts';
import { defaultKit, familiesOf } from '../../runtime/kit.ts';
import { readConfig } from '../../runtime/run.ts';
import { allowanceOf } from '../../runtime/troupe.ts';
import { findVersion } from '../../runtime/versions.ts';
import { QuickJsSandbox } from '../../tasks/quickjs-sandbox.ts';
import { rolled } from '../../views/session-events.ts';
import { evalFigures, evalLines, type TaskResult } from '../eval-report.ts';
import { hardware } from '../hardware.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly store: string;
  readonly policy: string;
  readonly design?: string;
  readonly tasks?: number;
  readonly samples: number;
  readonly json?: boolean;
}

/** `troupe eval`: accuracy, pass@k, valid scripts, calls per task and shapes, for each family. */
export async function evaluate(name: string, options: Options): Promise<void> {
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const { id } = store.run(name);
    const reader = store.reader(id);
    const recorded = readConfig(store, id);
    const design = designText(options.design);
    // A design of the user's own may be in either dialect, whatever the run's designer writes.
    const config: RunConfig =
      design === undefined ? recorded : { ...recorded, rollout: { ...recorded.rollout, dialect: 'auto' } };
    const kit = defaultKit();
    const version = findVersion(reader, options.policy, id);
    await checkDesign(design, config);
    const total = (options.tasks ?? config.tasks.heldOut) * familiesOf(config, kit).length;
    const { samples } = options;
    const results: TaskResult[] = [];
    const tally = await score(reader, config, {
      kit,
      hardware: hardware(),
      label: version.label,
      samples,
      ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
      ...(design === undefined ? {} : { script: design }),
      onEvents: (events) => {
        for (const event of events) {
          if (event.stream === 'evaluation' && event.version > 0) results.push(resultOf(event));
        }
        progress.show('scoring', results.length, total, 'tasks');
      },
    });
    progress.clear();
    if (options.json === true) {
      print(
        `${JSON.stringify({
          run: id,
          policy: version.version,
          label: version.label,
          families: tally,
          ...evalFigures(results, samples),
        })}\n`,
      );
      return;
    }
    const times = samples === 1 ? '' : `, ${samples} samples of each task`;
    print(`${id}, policy ${version.label} (${version.version.slice(0, 10)})${times}\n`);
    print(`${evalLines(tally, results, samples).join('\n')}\n`);
  } finally {
    progress.clear();
    store.close();
  }
}

/** A task's rollout, as the evaluation hears of it. */
function resultOf(event: StoredEvent): TaskResult {
  const { output } = rolled.parse(event.data);
  const { family, attribute, score, solved = score >= 1 ? 1 : 0 } = output;
  return { family, attribute, score: scoreOf(output), solved };
}

/** `--design` is a script, or the name of a file that holds one. */
function designText(design: string | undefined): string | undefined {
  return design !== undefined && existsSync(design) ? readFileSync(design, 'utf8') : design;
}

/** A script of the user's own is checked before anything is sampled. */
async function checkDesign(script: string | undefined, config: RunConfig): Promise<void> {
  if (script === undefined) return;
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const { library } = defaultKit();
    const reader = new DesignReader({ library, sandbox, jail, allowance: allowanceOf(config) });
    const { failure } = await reader.read(script, config.rollout.dialect);
    if (failure !== null) {
      throw new UserError(
        'bad-design',
        `--design is not a design (${failure.cause}): ${failure.message}; "troupe check" says more.`,
      );
    }
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}
