import { Store } from '../../../store/store.ts';
import { parseChange } from '../../runtime/fork/change.ts';
import { forkRun } from '../../runtime/fork/fork.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { readConfig, resumeRun } from '../../runtime/run.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { lines } from '../lines.ts';
import { print } from '../output.ts';
import { parsePolicies } from '../policy-option.ts';
import { ProgressLine } from '../progress-line.ts';
import { learningSettings } from '../settings.ts';
import { stopOnSignals } from '../signals.ts';

interface Options {
  readonly at: string;
  readonly set: readonly string[];
  readonly policy: readonly string[];
  /** `true` where no name was given. */
  readonly fresh?: string | true;
  readonly run: boolean;
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe fork`: a run that shares another's events up to one of them, with one thing changed, and goes on from there. */
export async function fork(name: string, options: Options): Promise<void> {
  const settings = options.set.filter((each) => each.trim().startsWith('learning.'));
  const changes = options.set.filter((each) => !settings.includes(each)).map(parseChange);
  const policies = parsePolicies(options.policy);
  const store = Store.open(options.store, { mode: 'write', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const forked = await forkRun(store, name, {
      kit: defaultKit(),
      codeVersion: codeVersion(),
      at: options.at,
      changes,
      learning: settings.length === 0 ? undefined : learningSettings(readConfig(store, name), settings),
      policies,
      fresh: options.fresh === true ? 'fresh' : options.fresh,
      onProgress: (what, done, of) =>
        progress.show(what, done, of, what.startsWith('copying') ? 'events' : 'steps'),
    });
    progress.clear();
    const { run, parent, at, prefixCalls } = forked;
    print(
      options.json === true
        ? `${JSON.stringify(forked)}\n`
        : `${run} forks ${parent} at event ${at}; the ${prefixCalls} policy calls before it are shared.${options.run ? '' : ` "troupe train --resume ${run}" goes on with it.`}\n`,
    );
    if (!options.run) return;
    const audience = lines(options.json === true);
    const handle = resumeRun(store, run, {
      kit: defaultKit(),
      hardware: hardware(),
      codeVersion: codeVersion(),
      onEvents: (events) => audience.hear(events),
    });
    const signalled = stopOnSignals(handle);
    await audience.attend(handle, store);
    if ((await handle.finished) === 'stopped') process.exitCode = signalled() ?? 0;
  } finally {
    progress.clear();
    store.close();
  }
}
