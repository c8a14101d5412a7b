import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MemoryLog } from '../../store/memory-log.ts';
import { eventLogContract } from './event-log.contract.ts';
import { event, openStore, RUN, scratchDirectory, tickingClock } from './scratch.ts';

eventLogContract('a log in memory', () => new MemoryLog(tickingClock()));
eventLogContract('a log in a store', () => {
  const store = openStore(join(scratchDirectory(), 'a.db'));
  return store.openLog(store.createRun(RUN).id);
});

test('a log in memory and one in a store agree on hashes and events', () => {
  const shared = openStore(join(scratchDirectory(), 'a.db'));
  const stored = shared.openLog(shared.createRun(RUN).id);
  const memory = new MemoryLog(tickingClock());
  for (const log of [stored, memory]) {
    log.append([event('s', 0, { x: 1.5 }), event('s/ü', 0, { text: '\ud800\u0000\n' })]);
    log.append([event('s', 1, { y: [true] })]);
  }
  expect(memory.eventHash()).toBe(stored.eventHash());
  const bare = (log: { read(stream: string): { data: unknown }[] }) => log.read('s/ü').map((e) => e.data);
  expect(bare(memory)).toEqual(bare(stored));
});
