import type { StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { configure } from '../../runtime/config.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { type RunHandle, type RunOptions, resumeRun, startRun } from '../../runtime/run.ts';
import { jsonLine, PlainProgress } from '../../views/plain-lines.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';

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

/** Where a run's events go: to a screen, or to lines of text. */
interface Audience {
  hear(events: readonly StoredEvent[]): void;
  /** Shows the run until it is over. */
  attend(run: RunHandle, store: Store): Promise<void>;
}

/** `troupe train`: a new run, or the rest of an interrupted one. */
export async function train(options: Options): Promise<void> {
  const store = Store.open(options.store, {
    mode: options.resume === undefined ? 'create' : 'write',
    clock: Date.now,
  });
  try {
    const interactive = process.stdout.isTTY === true && process.env.CI === undefined;
    const audience =
      options.json === true || options.plain === true || !interactive
        ? lines(options.json === true)
        : await (await import('../screen.ts')).screen();
    const runOptions: RunOptions = {
      kit: defaultKit(),
      hardware: hardware(),
      codeVersion: codeVersion(),
      onEvents: (events) => audience.hear(events),
    };
    const run =
      options.resume === undefined
        ? startRun(store, configure(options.preset, changes(options)), runOptions)
        : await resumeRun(store, options.resume, runOptions);
    stopOnSignals(run);
    await audience.attend(run, store);
  } finally {
    store.close();
  }
}

function changes({ preset, seed, steps, policies, stage }: Options) {
  const first = configure(preset, {}).stage.first;
  return {
    seed,
    ...(steps === undefined ? {} : { steps }),
    ...(policies === undefined ? {} : { policies }),
    ...(stage === undefined ? {} : { stage: { steps: stage, first } }),
  };
}

/** The first signal ends the run cleanly, so that it can be resumed; a second one ends the process. */
function stopOnSignals(run: RunHandle): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      run.stop();
      process.once(signal, () => process.exit(130));
    });
  }
}

function lines(json: boolean): Audience {
  const progress = new PlainProgress();
  const print = (text: string) => process.stdout.write(`${text}\n`);
  return {
    hear(events) {
      for (const event of events) {
        const texts = json ? [jsonLine(event)] : progress.lines(event);
        for (const text of texts) if (text !== null) print(text);
      }
    },
    async attend(run, store) {
      // What earlier attempts have stored is part of the picture, but not news.
      if (!json) print(progress.opening(run.id, store.file, run.config));
      const outcome = await run.finished;
      if (json) return;
      for (const text of progress.closing(outcome, store.file)) print(text);
    },
  };
}
