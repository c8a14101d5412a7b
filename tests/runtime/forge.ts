import { expect } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { Completion } from '../../src/policies/policy.ts';
import { recordCompletion, recordedCall } from '../../src/policies/recorded-call.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import type { scratch } from './small-run.ts';

/** What an event says. */
type Content = Pick<StoredEvent, 'data' | 'bytes'>;

/** Another completion in the place of a recorded one. */
export function otherCall(change: (call: Completion) => Completion): (event: StoredEvent) => Content {
  return (event) => {
    const { key, ...completion } = recordedCall(event);
    const { data, bytes } = recordCompletion(change(completion));
    return { data: { ...data, key }, bytes };
  };
}

/** Other data, and the same bytes. */
export function otherData(change: (data: JsonObject) => JsonObject): (event: StoredEvent) => Content {
  return ({ data, bytes }) => (bytes === undefined ? { data: change(data) } : { data: change(data), bytes });
}

/**
 * The latest run of a store in a store of its own, with the first such event changed and every hash computed anew, as
 * a careful forger would leave it.
 */
export function forgeRun(
  directory: ReturnType<typeof scratch>,
  original: Store,
  name: string,
  which: (event: StoredEvent) => boolean,
  change: (event: StoredEvent) => Content,
): Store {
  const forged = directory.open(name);
  const { id } = forged.createRun({ config: original.run('latest').config, codeVersion: 'test' });
  const log = forged.openLog(id);
  const reader = original.reader('latest');
  let done = false;
  for (const event of reader.events()) {
    const hit: boolean = !done && which(event);
    done ||= hit;
    const { stream, version, type } = event;
    const { data, bytes } = hit ? change(event) : event;
    log.append([{ stream, expectedVersion: version, type, data, bytes }]);
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
