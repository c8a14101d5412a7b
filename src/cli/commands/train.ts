import type { StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { NEWEST } from '../../core/behaviours.ts';
import { UserError } from '../../core/errors.ts';
import { changed, configure, type RunConfig } from '../../runtime/config.ts';
import { checkFixedDesigns } from '../../runtime/fixed-designs.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { LAST_UPDATE, learningAt } from '../../runtime/learning-settings.ts';
import type { Material } from '../../runtime/material.ts';
import { onceFree } from '../../runtime/once-free.ts';
import { type RunOptions, readConfig, resumeRun, startRun } from '../../runtime/run.ts';
import { startFrom } from '../../runtime/start.ts';
import type { Audience } from '../audience.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { lines } from '../lines.ts';
import { print } from '../output.ts';
import { learningSettings, withSettings } from '../settings.ts';
import { stopOnSignals } from '../signals.ts';

const DEFAULT_PRESET = 'quick';

interface Options {
  readonly preset?: string;
  readonly seed?: number;
  readonly steps?: number;
  readonly policies?: string;
  readonly schedule?: string;
  readonly stage?: number;
  readonly credit: string;
  readonly draws?: number;
  readonly set: readonly string[];
  readonly printConfig?: boolean;
  readonly resume?: string;
  readonly from?: string;
  readonly fromStore?: string;
  readonly fromLabel?: string;
  readonly store: string;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** `troupe train`: a new run, or the rest of an interrupted one. */
export async function train(options: Options): Promise<void> {
  const { resume } = options;
  checkStart(options);
  const fresh = freshPlan(options);
  if (options.printConfig === true) return printConfig(options, fresh);
  const kit = defaultKit();
  if (fresh !== null && resume === undefined) await checkFixedDesigns(fresh.config, kit);
  const store = Store.open(options.store, {
    mode: resume === undefined ? 'create' : 'write',
    clock: Date.now,
  });
  try {
    const audience = await chooseAudience(options);
    const runOptions: RunOptions = {
      kit,
      hardware: hardware(),
      codeVersion: codeVersion(),
      onEvents: (events: readonly StoredEvent[]) => audience.hear(events),
    };
    const start = fresh ?? planFrom(options, store);
    if (fresh === null && resume === undefined) await checkFixedDesigns(start.config, kit);
    const run =
      resume === undefined
        ? startRun(store, start.config, runOptions, start.material)
        : await onceFree(() => {
            const change = learningSettings(readConfig(store, resume), options.set);
            return resumeRun(store, resume, { ...runOptions, change });
          });
    const signalled = stopOnSignals(run);
    await audience.attend(run, store);
    // What a signal ended is not done, and whoever waits for it is told.
    if ((await run.finished) === 'stopped') process.exitCode = signalled() ?? 0;
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

/** What a new run is made of. */
interface Plan {
  readonly config: RunConfig;
  readonly material?: Material;
}

/** The configuration of a run that begins with a cold start, checked before there is a store. */
function freshPlan(options: Options): Plan | null {
  if (options.from !== undefined) return null;
  const { preset = DEFAULT_PRESET } = options;
  const config = configure(preset, changes(options, configure(preset, {})));
  return { config: withSettings(config, options.set) };
}

/** The configuration of a run that begins from another one, and what it takes over. */
function planFrom(options: Options, store: Store): Plan {
  const { from = 'latest', fromStore, fromLabel, preset } = options;
  const other = fromStore === undefined ? null : Store.open(fromStore, { mode: 'read', clock: Date.now });
  try {
    const { id } = (other ?? store).run(from);
    const base = readConfig(other ?? store, id);
    const { model, vocab, tasks, seed } = base;
    const { forks: _, start: __, ...earlier } = base;
    // It is a new run, whatever the other one was recorded with, and learns as that one did in the end.
    const { settings: learning } = learningAt(base, (other ?? store).reader(id), LAST_UPDATE);
    const same = { ...earlier, learning, behaviours: NEWEST };
    const like = preset === undefined ? same : { ...configure(preset, {}), model, vocab, tasks, seed };
    const config = withSettings(changed(like, changes(options, like)), options.set);
    return startFrom({ run: id, reader: (other ?? store).reader(id), config: base }, config, fromLabel);
  } finally {
    other?.close();
  }
}

/** `--print-config`: what would be trained. */
function printConfig(options: Options, fresh: Plan | null): void {
  const from = (): Plan => {
    const { fromStore, ...rest } = options;
    const store = Store.open(fromStore ?? options.store, { mode: 'read', clock: Date.now });
    try {
      return planFrom(rest, store);
    } finally {
      store.close();
    }
  };
  print(`${JSON.stringify((fresh ?? from()).config, null, 2)}\n`);
}

/** Options that only make sense together. */
function checkStart({ from, fromStore, fromLabel, resume, printConfig }: Options): void {
  if (resume !== undefined && printConfig === true) {
    throw new UserError(
      'print-and-resume',
      '--resume goes on with the configuration of its run; --print-config is for new runs.',
    );
  }
  if (from !== undefined && resume !== undefined) {
    throw new UserError(
      'from-and-resume',
      '--from begins a new run and --resume goes on with one; choose one.',
    );
  }
  if (from === undefined && (fromStore ?? fromLabel) !== undefined) {
    throw new UserError('no-from', 'Without --from RUN there is nothing to begin from.');
  }
}

/** What the options change of a configuration. */
function changes({ seed, steps, policies, schedule, stage, ...options }: Options, config: RunConfig) {
  const draws = drawsOf(options);
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(steps === undefined ? {} : { steps }),
    ...(policies === undefined ? {} : { policies }),
    ...(stage === undefined && schedule === undefined
      ? {}
      : {
          stage: {
            ...config.stage,
            ...(schedule === undefined ? {} : { schedule }),
            ...(stage === undefined ? {} : { steps: stage }),
          },
        }),
    ...(draws === undefined ? {} : { credit: { ...config.credit, draws } }),
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
