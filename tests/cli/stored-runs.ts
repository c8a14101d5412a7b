import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { onTestFinished } from 'vitest';
import { defaultKit } from '../../src/runtime/kit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { Store } from '../../store/store.ts';
import { smallConfig } from '../runtime/small-run.ts';

/**
 * Fills `troupe.db` in a folder with two equal runs of seconds, of the kit that the command uses: `run-1` was
 * interrupted in its first step, `run-2` is over.
 */
export async function recordRuns(folder: string): Promise<void> {
  const store = Store.open(join(folder, 'troupe.db'), { mode: 'create', clock: Date.now });
  const options = { kit: defaultKit(), hardware: { samplers: 2 }, codeVersion: 'test' };
  const config = smallConfig({ steps: 2 });
  const interrupted = startRun(store, config, {
    ...options,
    onEvents: (events) => {
      if (events.some(({ stream }) => stream.startsWith('step/'))) interrupted.stop();
    },
  });
  await interrupted.finished;
  await startRun(store, config, options).finished;
  store.close();
}

/**
 * A folder that is gone after the test, into which other users may look. It holds what is in `from`, but for the
 * files that SQLite keeps next to a store while someone else reads it.
 */
export function scratchCopy(test: { onTestFinished: typeof onTestFinished }, from?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (from !== undefined) {
    cpSync(from, folder, { recursive: true, filter: (path) => !/-(wal|shm)$/.test(path) });
  }
  chmodSync(folder, 0o755);
  return folder;
}
