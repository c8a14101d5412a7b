import type { StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { configure } from '../../runtime/config.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { type RunOptions, resumeRun, startRun } from '../../runtime/run.ts';
import type { Audience } from '../audience.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { lines } from '../lines.ts';
import { onceFree } from '../once-free.ts';
import { stopOnSignals } from '../signals.ts';

interface Options {
  readonly preset: string;
  readonly seed: number;
  readonly steps?: number;
  readonly policies?: string;
  readonly schedule?: string;
  readonly stage?: number;
  readonly credit: string;
  readonly draws?: number;
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

function changes({ preset, seed, steps, policies, schedule, stage, ...options }: Options) {
  const draws = drawsOf(options);
  return {
    seed,
    ...(steps === undefined ? {} : { steps }),
    ...(policies === undefined ? {} : { policies }),
    ...(stage === undefined && schedule === undefined
      ? {}
      : {
          stage: {
            ...configure(preset, {}).stage,
            ...(schedule === undefined ? {} : { schedule }),
            ...(stage === undefined ? {} : { steps: stage }),
          },
        }),
    ...(draws === undefined ? {} : { credit: { ...configure(preset, {}).credit, draws } }),
  };
}

/** Branches per call; none where executions are compared. */
function drawsOf({ credit, draws }: Pick<Options, 'credit' | 'draws'>): number | undefined {
  if (credit === 'fork') return draws ?? 4;
  if (credit !== 'tree') {
    throw new UserError(
      'unknown-estimator',
      `There is no estimator "${credit}"; --credit takes tree or fork.`,
    );
  }
  if (draws === undefined) return undefined;
  throw new UserError('draws-without-fork', 'Only --credit fork has branches; --draws is for it alone.');
}
