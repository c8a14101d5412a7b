import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { importRuns, openImport } from '../../store/import-runs.ts';
import type { Store } from '../../store/store.ts';
import { event, openStore, RUN, scratchDirectory, tickingClock } from './scratch.ts';

const file = (name = 'troupe.db') => join(scratchDirectory(), name);

/** A run with so many events. */
function record(store: Store, events: number, config: JsonObject = RUN.config): string {
  const { id } = store.createRun({ ...RUN, config });
  const log = store.openLog(id);
  log.append(Array.from({ length: events }, (_, n) => event('session', n)));
  log.close();
  return id;
}

/** The configuration of a fork at event 4, which was set or is to be decided again. */
const forkAt4 = (set: boolean, parent = 'run-1', earlier: JsonObject[] = []) => ({
  ...RUN.config,
  forks: [...earlier, { parent, at: 4, stream: 'session', version: 3, set }],
});

describe('a fork', () => {
  test('names its parent and the first event that is not the parent’s', () => {
    const store = openStore(file());
    record(store, 9);
    expect(store.run('run-1').fork).toBeUndefined();
    record(store, 3, forkAt4(false));
    expect(store.run('run-2').fork).toEqual({
      parent: 'run-1',
      at: 4,
      stream: 'session',
      version: 3,
      given: 3,
    });
    record(store, 5, forkAt4(true, 'run-2', forkAt4(false).forks));
    expect(store.run('run-3').fork).toMatchObject({ parent: 'run-2', given: 4 });
  });

  test.each([
    ['decided again', false, 3],
    ['set', true, 4],
  ])('that has not run is not the latest, where its event is %s', (_, set, given) => {
    const store = openStore(file());
    record(store, 9);
    const fork = record(store, given, forkAt4(set));
    expect(store.run('latest').id).toBe('run-1');
    expect(store.run(fork).id).toBe(fork);
    expect(store.reader('2').count()).toBe(given);
    // A process that began with it and died has added nothing.
    store.openLog(fork).close('lost');
    expect(store.run('latest').id).toBe('run-1');
    const log = store.openLog(fork);
    log.append([event('session', given)]);
    log.close();
    expect(store.run('latest').id).toBe(fork);
  });

  test('at the very end that is over without an event of its own is the latest', () => {
    const store = openStore(file());
    record(store, 4);
    const fork = record(store, 4, forkAt4(true));
    store.setStatus(fork, 'done');
    expect(store.run('latest').id).toBe(fork);
  });

  test('that has not run is none after an import either; alone in a store it is called by its name', () => {
    const from = file('from.db');
    const source = openStore(from);
    record(source, 9);
    record(source, 3, forkAt4(false));
    const store = openStore(file('to.db'));
    const imported = openImport(from, tickingClock());
    importRuns(imported, store);
    imported.close();
    expect(store.run('latest').id).toBe('run-1');
    const lonely = openStore(file('lonely.db'));
    record(lonely, 3, forkAt4(false, 'run-7'));
    expect(() => lonely.run('latest')).toThrow(
      /holds nothing but forks that have not run; name one of run-1, or go on with one by "troupe train --resume"/,
    );
    expect(lonely.run('run-1').fork?.parent).toBe('run-7');
  });
});
