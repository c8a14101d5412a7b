import { pad } from '../../../machines/command.ts';
import { InvariantError } from '../../../src/core/errors.ts';
import type { RunConfig } from '../../../src/runtime/config.ts';
import { onceFree } from '../../../src/runtime/once-free.ts';
import { type RunHandle, type RunOptions, resumeRun, startRun } from '../../../src/runtime/run.ts';
import { type KeptVersion, keptVersions } from '../../../src/runtime/versions.ts';
import type { Store } from '../../../store/store.ts';

export interface ColdStartOptions extends Omit<RunOptions, 'onEvents'> {
  readonly onProgress?: (done: number, of: number) => void;
  /** Is told the run as soon as it is under way, so that it can be stopped. */
  readonly onRun?: (run: Pick<RunHandle, 'stop'>) => void;
}

/** A run of a store, and the version that its cold start ended with. */
export interface ColdStarted {
  readonly run: string;
  readonly version: KeptVersion;
}

/**
 * The cold start of a configuration, in a store of its own: begun, gone on with, or found finished there. The run is left
 * as soon as its last chunk is learned; nothing of what would follow is begun. Null if it was stopped before that.
 */
export async function coldStart(
  store: Store,
  config: RunConfig,
  options: ColdStartOptions,
): Promise<ColdStarted | null> {
  const { chunks } = config.imitation;
  const [known] = store.runs();
  const found = () => {
    const id = known?.id ?? store.run('latest').id;
    const version = keptVersions(store.reader(id)).findLast(({ label }) => label === lastLabel(chunks));
    return version === undefined ? null : { run: id, version };
  };
  if (known !== undefined && found() !== null) return found();
  let done = 0;
  const runOptions: RunOptions = {
    ...options,
    onEvents: (events) => {
      for (const { type, data } of events) {
        if (type !== 'imitated') continue;
        done = Number(/\d+$/.exec(String(data.label))?.[0]) + 1;
        options.onProgress?.(done, chunks);
        if (done === chunks) run.stop();
      }
    },
  };
  const run =
    known === undefined
      ? startRun(store, config, runOptions)
      : await onceFree(() => resumeRun(store, known.id, runOptions));
  options.onRun?.(run);
  const end = await run.finished;
  const result = found();
  if (result === null && end === 'done') throw new InvariantError(`${run.id} ended without a cold start`);
  return result;
}

function lastLabel(chunks: number): string {
  return `cold-start/${pad(chunks - 1, 2)}`;
}
