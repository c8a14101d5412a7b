import type { StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { configure } from '../../runtime/config.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { type RunHandle, type RunOptions, resumeRun, startRun } from '../../runtime/run.ts';
import type { Audience } from '../audience.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { lines } from '../lines.ts';
import { onceFree } from '../once-free.ts';

interface Options {
  readonly preset: string;
  readonly seed: number;
  readonly steps?: number;
  readonly policies?: string;
  readonly stage?: number;
  readonly resume?: string;
  readonly store: string;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** `troupe train`: a new run, or the rest of an interrupted one. */
export async function train(options: Options): Promise<void> {
  const { resume } = options;
  const config = configure(options.preset, changes(options));
  const store = Store.open(options.store, {
    mode: resume === undefined ? 'create' : 'write',
    clock: Date.now,
  });
  try {
    const audience = await chooseAudience(options);
    const runOptions: RunOptions = {
      kit: defaultKit(),
      hardware: hardware(),
      codeVersion: codeVersion(),
      onEvents: (events: readonly StoredEvent[]) => audience.hear(events),
    };
    const run =
      resume === undefined
        ? startRun(store, config, runOptions)
        : await onceFree(() => resumeRun(store, resume, runOptions));
    stopOnSignals(run);
    await audience.attend(run, store);
  } finally {
    store.close();
  }
}

async function chooseAudience({ plain, json }: Options): Promise<Audience> {
  const interactive =
    process.stdout.isTTY === true && process.stdin.isTTY === true && process.env.CI === undefined;
  if (json === true || plain === true || !interactive) return lines(json === true);
  return (await import('../screen.ts')).screen();
}

function changes({ preset, seed, steps, policies, stage }: Options) {
  return {
    seed,
    ...(steps === undefined ? {} : { steps }),
    ...(policies === undefined ? {} : { policies }),
    ...(stage === undefined ? {} : { stage: { ...configure(preset, {}).stage, steps: stage } }),
  };
}

/** A terminal's Ctrl-C comes twice to a process behind bin/troupe.cjs; within this time (ms) it is the same one. */
const ECHO = 500;

/** The first signal ends the run cleanly, so that it can be resumed; a second one ends the process. */
function stopOnSignals(run: RunHandle): void {
  let first: number | null = null;
  const stop = () => {
    if (first === null) {
      first = performance.now();
      run.stop();
    } else if (performance.now() - first > ECHO) {
      // At once and for sure: what is acknowledged is in the store, and an exit that waits might not come.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
