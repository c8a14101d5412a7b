import { must } from '../../../src/core/errors.ts';
import { PythonJail } from '../../../src/designs/python/jail.ts';
import { DesignReader } from '../../../src/designs/reader.ts';
import { defaultKit } from '../../../src/runtime/kit.ts';
import { readMaterial } from '../../../src/runtime/material.ts';
import { onceFree } from '../../../src/runtime/once-free.ts';
import {
  type RunHandle,
  type RunOptions,
  readConfig,
  resumeRun,
  startRun,
} from '../../../src/runtime/run.ts';
import { startFrom } from '../../../src/runtime/start.ts';
import { allowanceOf } from '../../../src/runtime/troupe.ts';
import { QuickJsSandbox } from '../../../src/tasks/quickjs-sandbox.ts';
import { Store } from '../../../store/store.ts';
import { coldStart } from '../play/cold-start.ts';
import { playConsistency, playFixed, playOracle, playSearch } from '../play/controls.ts';
import { type Outcome, outcomeOf, secondsOf } from '../play/outcome.ts';
import { TableTop } from '../play/table-top.ts';
import type { Job } from './job.ts';
import { keepLastWeights, LAST_LABEL } from './last-weights.ts';

export interface Performing {
  readonly clock: () => number;
  readonly onProgress: (what: string, share: number) => void;
  /** Is told what can be stopped. */
  readonly onRun: (run: Pick<RunHandle, 'stop'>) => void;
}

export interface Performed {
  /** Null for a cold start. */
  readonly outcome: Outcome | null;
  readonly seconds: number;
}

/** Does one job; null if it was stopped. What it had come to is in its store, and the same job goes on from there. */
export async function perform(job: Job, performing: Performing): Promise<Performed | null> {
  const { clock } = performing;
  if (job.kind === 'cold') return perhapsColdStart(job, performing);
  if (job.kind === 'train') return train(job, performing);
  const began = clock();
  const outcome = await play(job, performing);
  return { outcome, seconds: (clock() - began) / 1000 };
}

const optionsOf = ({ codeVersion, samplers }: Job): Omit<RunOptions, 'onEvents'> => ({
  kit: defaultKit(),
  hardware: { samplers },
  codeVersion,
});

async function perhapsColdStart(
  job: Extract<Job, { kind: 'cold' }>,
  { clock, onProgress, onRun }: Performing,
): Promise<Performed | null> {
  const store = Store.open(job.store, { mode: 'create', clock });
  try {
    const started = await coldStart(store, job.config, {
      ...optionsOf(job),
      onRun,
      onProgress: (done, of) => onProgress('cold start', done / of),
    });
    return started && { outcome: null, seconds: secondsOf(store.reader(started.run)) };
  } finally {
    store.close();
  }
}

async function train(
  job: Extract<Job, { kind: 'train' }>,
  { clock, onProgress, onRun }: Performing,
): Promise<Performed | null> {
  const store = Store.open(job.store, { mode: 'create', clock });
  try {
    const steps = Math.max(1, job.config.steps);
    const options: RunOptions = {
      ...optionsOf(job),
      onEvents: (events) => {
        for (const { stream, type, data } of events) {
          if (stream !== 'session' || (type !== 'learned' && type !== 'picked')) continue;
          const key = String(data.label ?? data.key);
          const step = Number(/^step\/(\d+)/.exec(key)?.[1] ?? Number.NaN) + (type === 'learned' ? 1 : 0);
          if (Number.isNaN(step)) onProgress(key, key === 'eval/before' ? 0 : 0.95);
          else onProgress(`step ${step}/${steps}`, (0.95 * step) / steps);
        }
      },
    };
    const run = await beginOrResume(store, job, options, clock);
    if (run !== null) {
      onRun(run);
      if ((await run.finished) === 'stopped') return null;
    }
    const { id } = store.run('latest');
    keepLastWeights(store, id, job.last, clock);
    return { outcome: outcomeOf(store.reader(id)), seconds: secondsOf(store.reader(id)) };
  } finally {
    store.close();
  }
}

/** The arm's run under way; null if it is over already. */
async function beginOrResume(
  store: Store,
  job: Extract<Job, { kind: 'train' }>,
  options: RunOptions,
  clock: () => number,
): Promise<RunHandle | null> {
  const [known] = store.runs();
  if (known?.status === 'done') return null;
  // One that was killed before it had its weights is left behind, and another one begun.
  if (known !== undefined && readMaterial(store.reader(known.id)) !== null) {
    return onceFree(() => resumeRun(store, known.id, options));
  }
  const cold = Store.open(job.cold, { mode: 'read', clock });
  try {
    const { id } = cold.run('latest');
    const origin = { run: id, reader: cold.reader(id), config: readConfig(cold, id) };
    const { config, material } = startFrom(origin, job.config);
    return startRun(store, config, options, material);
  } finally {
    cold.close();
  }
}

/** Arms that train nothing: fixed designs with weights as they are. */
async function play(job: Exclude<Job, { kind: 'cold' | 'train' }>, performing: Performing): Promise<Outcome> {
  const { clock, onProgress } = performing;
  const trained = 'last' in job;
  const store = Store.open(trained ? job.last : job.cold, { mode: 'read', clock });
  const kit = defaultKit();
  const { scripts } = kit;
  try {
    const { id } = store.run('latest');
    const recorded = readConfig(store, id);
    // A cold start has one model, whatever the arms that begin with it make of it.
    const config = trained ? recorded : { ...job.config, policies: recorded.policies };
    const label = trained ? LAST_LABEL : coldLabel(store, id);
    const top = await TableTop.open(store.reader(id), config, { ...optionsOf(job), label });
    try {
      switch (job.kind) {
        case 'fixed':
          return await playFixed(top, { scripts, script: job.script, by: job.by ?? 'all' }, onProgress);
        case 'consistency':
          return await playConsistency(top, job.test, onProgress);
        case 'oracle':
          return await withReader(job, (reader) => playOracle(top, { scripts, reader }, onProgress));
        case 'search':
          return await withReader(job, (reader) =>
            playSearch(
              top,
              { scripts, reader, seed: config.seed, budget: job.budget, by: job.by },
              onProgress,
            ),
          );
      }
    } finally {
      await top.close();
    }
  } finally {
    store.close();
  }
}

function coldLabel(store: Store, run: string): string {
  const last = store
    .reader(run)
    .read('session')
    .findLast(({ type }) => type === 'imitated');
  return String(must(last, 'a finished cold start').data.label);
}

async function withReader<T>({ config }: Job, work: (reader: DesignReader) => Promise<T>): Promise<T> {
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const { library } = defaultKit();
    return await work(new DesignReader({ library, sandbox, jail, allowance: allowanceOf(config) }));
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}
