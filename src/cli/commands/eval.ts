import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { readScript } from '../../designs/script.ts';
import { evaluate as score } from '../../runtime/evaluate.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { readConfig } from '../../runtime/run.ts';
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
    const config = readConfig(store, id);
    const version = findVersion(reader, options.policy, id);
    await checkDesign(options.design);
    const total = (options.tasks ?? config.tasks.heldOut) * 2;
    let finished = 0;
    const tally = await score(reader, config, {
      kit: defaultKit(),
      hardware: hardware(),
      label: version.label,
      ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
      ...(options.design === undefined ? {} : { script: options.design }),
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
    const rows = Object.entries(tally).map(([family, { tasks, score: sum, valid, calls, shapes }]) => {
      const accuracy = sum / tasks;
      return [
        family,
        String(tasks),
        `${(100 * accuracy).toFixed(1)} ± ${(196 * Math.sqrt((accuracy * (1 - accuracy)) / tasks)).toFixed(1)}`,
        `${((100 * valid) / tasks).toFixed(0)}`,
        (calls / tasks).toFixed(2),
        Object.entries(shapes)
          .sort(([, a], [, b]) => b - a)
          .slice(0, 3)
          .map(([shape, count]) => `${shape} ${Math.round((100 * count) / tasks)} %`)
          .join(', '),
      ];
    });
    process.stdout.write(`${id}, policy ${version.label} (${version.version.slice(0, 10)})\n`);
    process.stdout.write(
      `${table(['family', 'tasks', 'accuracy %', 'valid %', 'calls/task', 'designs'], rows)}\n`,
    );
  } finally {
    progress.clear();
    store.close();
  }
}

/** A script of the user's own is checked before anything is sampled. */
async function checkDesign(script: string | undefined): Promise<void> {
  if (script === undefined) return;
  const sandbox = new QuickJsSandbox();
  try {
    const design = await readScript(script, defaultKit().library, sandbox);
    if (!design.ok)
      throw new UserError('bad-design', `--design is not a design (${design.cause}): ${design.message}.`);
  } finally {
    await sandbox.close();
  }
}
