import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { checkFile, checkRun } from '../../store/integrity.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

const WRITER = `
  import { writeSync } from 'node:fs';
  import { Store } from '${new URL('../../store/store.ts', import.meta.url).href}';
  const store = Store.open(process.argv[1], { mode: 'write', clock: Date.now });
  const log = store.openLog('run-1');
  let n = log.version('s');
  for (;;) {
    const batch = [];
    for (let i = 0; i < 20; i++) batch.push({ stream: 's', expectedVersion: n + i, type: 'n', data: { n: n + i } });
    log.append(batch, { put: [{ name: 'last', kind: 'k', bytes: Buffer.from(String(n)) }] });
    n += 20;
    writeSync(1, n + '\\n');
  }
`;

test('a writer killed in the middle leaves a consistent store with all that was acknowledged', async () => {
  const file = join(scratchDirectory(), 'x.db');
  const store = openStore(file);
  store.createRun(RUN);
  for (const enough of [400, 2000, 6000]) {
    const acknowledged = await killedWriter(file, enough);
    const { events, problems } = checkRun(store, 'run-1');
    expect(problems).toEqual([]);
    expect(events).toBeGreaterThanOrEqual(acknowledged);
    expect(events % 20).toBe(0);
    const reader = store.reader('run-1');
    expect(reader.read('s').map((e) => e.data.n)).toEqual([...Array(events).keys()]);
    expect(Number(Buffer.from(reader.blob('last') ?? []).toString())).toBe(events - 20);
  }
  expect(checkFile(store)).toEqual([]);
  const log = store.openLog('run-1');
  expect(log.attempt).toBe(4);
  expect(store.attempts('run-1').map(({ note }) => note)).toEqual(['lost', 'lost', 'lost', '']);
  log.append([event('s', log.version('s'))]);
}, 30_000);

/** Runs a writer until it has acknowledged this many events, kills it, and returns the last acknowledged number. */
async function killedWriter(file: string, enough: number): Promise<number> {
  const args = ['--import', 'tsx', '--input-type=module', '-e', WRITER, file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= enough) child.kill('SIGKILL');
  }
  await gone;
  return acknowledged;
}
