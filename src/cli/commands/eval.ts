import { existsSync, readFileSync } from 'node:fs';
import type { Counts } from '../../../machines/tally.ts';
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
import { hardware } from '../hardware.ts';
import { ProgressLine } from '../progress-line.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly policy: string;
  readonly design?: string;
  readonly tasks?: number;
  readonly json?: boolean;
}

/** `troupe eval`: accuracy, valid scripts, calls per task and shapes, for each family. */
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
    let finished = 0;
    const tally = await score(reader, config, {
      kit,
      hardware: hardware(),
      label: version.label,
      ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
      ...(design === undefined ? {} : { script: design }),
      onEvents: (events) => {
        for (const event of events) if (event.stream === 'evaluation' && event.version > 0) finished++;
        progress.show('scoring', finished, total, 'tasks');
      },
    });
    progress.clear();
    if (options.json === true) {
      process.stdout.write(
        `${JSON.stringify({ run: id, policy: version.version, label: version.label, families: tally })}\n`,
      );
      return;
    }
    const rows = Object.entries(tally).flatMap(([family, { attributes, ...whole }]) => {
      const parts = Object.entries(attributes);
      const named = parts.length < 2 ? [] : parts.map(([name, counts]) => row(`  ${name}`, counts));
      return [row(family, whole), ...named];
    });
    process.stdout.write(`${id}, policy ${version.label} (${version.version.slice(0, 10)})\n`);
    process.stdout.write(
      `${table(['family', 'tasks', 'accuracy %', 'valid %', 'calls/task', 'tokens/task', 'designs'], rows)}\n`,
    );
  } finally {
    progress.clear();
    store.close();
  }
}

/** A family, or its tasks of one attribute. */
function row(name: string, { tasks, score, valid, calls, tokens, shapes }: Counts): string[] {
  const accuracy = score / tasks;
  return [
    name,
    String(tasks),
    `${(100 * accuracy).toFixed(1)} ± ${(196 * Math.sqrt((accuracy * (1 - accuracy)) / tasks)).toFixed(1)}`,
    `${((100 * valid) / tasks).toFixed(0)}`,
    (calls / tasks).toFixed(2),
    (tokens / tasks).toFixed(0),
    Object.entries(shapes)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([shape, count]) => `${shape} ${Math.round((100 * count) / tasks)} %`)
      .join(', '),
  ];
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
