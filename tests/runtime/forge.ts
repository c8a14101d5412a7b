import { expect } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import type { scratch } from './small-run.ts';

/**
 * The latest run of a store in a store of its own, with the first such event changed and every hash computed anew, as
 * a careful forger would leave it.
 */
export function forgeRun(
  directory: ReturnType<typeof scratch>,
  original: Store,
  name: string,
  which: (event: StoredEvent) => boolean,
  change: (data: JsonObject) => JsonObject,
): Store {
  const forged = directory.open(name);
  const { id } = forged.createRun({ config: original.run('latest').config, codeVersion: 'test' });
  const log = forged.openLog(id);
  const reader = original.reader('latest');
  let done = false;
  for (const event of reader.events()) {
    const hit: boolean = !done && which(event);
    done ||= hit;
    const { stream, version, type, data } = event;
    log.append([{ stream, expectedVersion: version, type, data: hit ? change(data) : data }]);
  }
  expect(done).toBe(true);
  log.append([], {
    put: reader
      .blobs()
      .map(({ name: blob, kind }) => ({ name: blob, kind, bytes: reader.blob(blob) ?? new Uint8Array() })),
  });
  log.close();
  forged.setStatus(id, 'done');
  return forged;
}
