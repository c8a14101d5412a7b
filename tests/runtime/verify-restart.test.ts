import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { Sidecar } from '../../src/runtime/verify/sidecar.ts';
import { type VerifyOptions, verifyRun } from '../../src/runtime/verify.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { forgeRun, otherCall } from './forge.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// Verifications of a real run that are interrupted, and go on.

const directory = scratch();
let store: Store;
let count: number;

beforeAll(async () => {
  store = directory.open('whole.db');
  await startRun(store, tinyConfig(), runOptions(1)).finished;
  count = store.reader('latest').count();
});
afterAll(() => {
  store.close();
  directory.remove();
});

const verify = (of: Store, options: Partial<VerifyOptions>) =>
  verifyRun(of, 'latest', { kit: KIT, hardware: { samplers: 1 }, codeVersion: 'test', ...options });

/** The event at this share of the run. */
const at = (share: number): number => Math.floor(share * count);

describe('an interrupted verification', () => {
  const file = directory.file('sidecar.json');
  let now = 0;
  /** A sidecar that is written at every turn. */
  const sidecar = () => new Sidecar(file, () => (now += 10_000));

  /**
   * Verifies until all events up to a position are dealt with. How many there are beyond the first gap, which the next
   * attempt has to do again, is another number each time: rollouts run side by side.
   */
  async function interrupt(
    position: number,
    options: Partial<VerifyOptions> = {},
    of = store,
    noting = sidecar(),
  ): Promise<void> {
    const controller = new AbortController();
    const note = noting.note.bind(noting);
    noting.note = (memory) => {
      note(memory);
      if (memory.upTo >= position) controller.abort(new Error('enough'));
    };
    const verification = verify(of, { ...options, sidecar: noting, signal: controller.signal });
    await expect(verification).rejects.toThrow('enough');
    expect(existsSync(file)).toBe(true);
  }

  it('goes on where it was, however often, and ends with the same verdict', async () => {
    const calls = [...store.reader('latest').events()].filter(({ type }) => type === 'called').length;
    await interrupt(at(0.5));
    await interrupt(at(0.8));
    const result = await verify(store, { sidecar: sidecar() });
    expect(result).toMatchObject({ identical: true, divergence: null });
    expect(result.tally.earlier).toBeGreaterThanOrEqual(at(0.8));
    expect(result.tally.compared + result.tally.earlier).toBe(count);
    expect(result.calls).toBeLessThan(calls * 0.5);
    expect(existsSync(file)).toBe(false);
  });

  it('goes on within a tolerance, and remembers the differences', async () => {
    await interrupt(at(0.8), { tolerance: 1e-3 });
    const { differences } = JSON.parse(readFileSync(file, 'utf8'));
    expect(differences.logProb).toBeGreaterThan(0);
    const result = await verify(store, { tolerance: 1e-3, sidecar: sidecar() });
    expect(result).toMatchObject({ identical: true, mode: 'tolerance' });
    expect(result.tally.earlier).toBeGreaterThanOrEqual(at(0.8));
    expect(result.differences?.logProb).toBeGreaterThanOrEqual(differences.logProb);
  });

  it('is begun anew with other options, other code, or a file that says nothing', async () => {
    await interrupt(at(0.3), { to: at(0.5) });
    const written = readFileSync(file, 'utf8');
    const goneOn = async (options: Partial<VerifyOptions>) => {
      writeFileSync(file, written);
      const { tally } = await verify(store, { to: at(0.5), ...options, sidecar: sidecar() });
      return tally.earlier > 0;
    };
    expect(await goneOn({})).toBe(true);
    expect(await goneOn({ codeVersion: 'other' })).toBe(false);
    const { of } = JSON.parse(written);
    for (const text of ['', '{}', '[1]', '{"format":1,"of":{},"upTo":-1}', `${written.slice(0, -3)}`]) {
      writeFileSync(file, text);
      expect(sidecar().begin(of)).toBeNull();
    }
    writeFileSync(file, written);
    expect(sidecar().begin(of)).not.toBeNull();
    for (const other of [
      { upTo: at(0.5) - 1 },
      { from: 2 },
      { sample: 50 },
      { tolerance: 1e-3 },
      { threads: 2 },
    ])
      expect(sidecar().begin({ ...of, ...other })).toBeNull();
    rmSync(file);
  }, 120_000);

  it('finds what differs after the point that it goes on from', async () => {
    const after = ({ type, stream }: StoredEvent) => type === 'called' && stream.startsWith('eval/after/');
    const forged = forgeRun(
      directory,
      store,
      'after.db',
      after,
      otherCall((call) => ({ ...call, logProbs: call.logProbs.map((value) => value - 1) })),
    );
    await interrupt(at(0.7), {}, forged);
    const result = await verify(forged, { sidecar: sidecar() });
    expect(result).toMatchObject({ identical: false, divergence: { field: 'logProbs' } });
    expect(result.tally.earlier).toBeGreaterThanOrEqual(at(0.7));
    expect(existsSync(file)).toBe(false);
    forged.close();
  });

  it('notes how far it came when it is interrupted, and not only now and then', async () => {
    await interrupt(at(0.3), { to: at(0.5) }, store, new Sidecar(file, () => 0));
    const { upTo } = JSON.parse(readFileSync(file, 'utf8'));
    expect(upTo).toBeGreaterThanOrEqual(at(0.3));
    rmSync(file);
  });

  it('does without where the file cannot be written', async () => {
    const nowhere = new Sidecar(directory.file('none/sidecar.json'), () => (now += 10_000));
    expect(await verify(store, { to: at(0.3), sidecar: nowhere })).toMatchObject({ identical: true });
  });
});
