import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { NewEvent } from '../../store/event-log.ts';
import type { Mode } from '../../store/opening.ts';
import { Store } from '../../store/store.ts';

/** A directory that is gone after the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A clock that ticks 10 ms at each look, from `start`. */
export function tickingClock(start = 1000): () => number {
  let now = start;
  return () => (now += 10);
}

/** Opens a store that is closed after the test. */
export function openStore(file: string, mode: Mode = 'create', clock = tickingClock()): Store {
  const store = Store.open(file, { mode, clock });
  onTestFinished(() => store.close());
  return store;
}

export const RUN = { config: { seed: 7, name: 'test' }, codeVersion: 'abc' };

export function event(stream: string, expectedVersion: number, data: NewEvent['data'] = {}): NewEvent {
  return { stream, expectedVersion, type: 'happened', data };
}
