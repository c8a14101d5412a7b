import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { rolloutOf } from '../../src/runtime/verify/scope.ts';
import { Sidecar } from '../../src/runtime/verify/sidecar.ts';
import { type VerifyOptions, verifyRun } from '../../src/runtime/verify.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { forgeRun, otherCall, otherData } from './forge.ts';
import { KIT, runOptions, scratch, tinyConfig } from './small-run.ts';

// Parts of a real run of seconds: real weights, sandbox, training and store.

const directory = scratch();
let store: Store;
let events: readonly StoredEvent[];

beforeAll(async () => {
  store = directory.open('whole.db');
  await startRun(store, tinyConfig(), runOptions(1)).finished;
  events = [...store.reader('latest').events()];
});
afterAll(() => {
  store.close();
  directory.remove();
});

const verify = (of: Store, options: Partial<VerifyOptions>) =>
  verifyRun(of, 'latest', { kit: KIT, hardware: { samplers: 1 }, codeVersion: 'test', ...options });

const first = (which: (event: StoredEvent) => boolean): StoredEvent => {
  const found = events.find(which);
  if (found === undefined) throw new Error('the run has no such event');
  return found;
};

/** The event at this share of the run. */
const at = (share: number): number => Math.floor(share * events.length);

/** A call of the first evaluation whose log-probabilities nobody reads: nothing follows from them. */
const evaluated = ({ type, stream }: StoredEvent) => type === 'called' && stream.startsWith('eval/before/');
const otherLogProbs = otherCall((call) => ({ ...call, logProbs: call.logProbs.map((value) => value - 1) }));
const lost = otherData((data) => ({ ...data, loss: 7 }));

describe('verify --from --to', () => {
  it('executes rollouts with events in the range, training up to its end, and nothing else', async () => {
    const from = first(({ stream }) => stream.startsWith('step/0001/')).seq;
    const to = first(({ seq, type }) => type === 'learned' && seq > from).seq - 20;
    const within = events.filter(({ seq }) => seq >= from && seq <= to);
    const rollouts = new Set(within.flatMap(({ stream }) => rolloutOf(stream) ?? []));
    const executed = (event: StoredEvent) => {
      const rollout = rolloutOf(event.stream);
      return event.seq <= to && (rollout === null || rollouts.has(rollout));
    };
    const result = await verify(store, { from, to });
    expect(result).toMatchObject({ identical: true, mode: 'exact', events: events.length });
    const compared = events.filter(executed).length;
    expect(result.tally).toEqual({ compared, earlier: 0, taken: to - compared });
    expect(result.rollouts.executed).toBe(rollouts.size);
    expect(result.calls).toBe(events.filter((event) => executed(event) && event.type === 'called').length);
    expect(result.calls).toBeGreaterThan(10);
    expect(await verify(store, { from, to })).toEqual(result);
  });

  it('finds what was altered in the range, and training that was altered before it', async () => {
    const call = first(evaluated).seq;
    const step = first(({ stream }) => stream.startsWith('step/0001/')).seq;
    const forged = forgeRun(directory, store, 'call.db', evaluated, otherLogProbs);
    expect(await verify(forged, { from: step })).toMatchObject({ identical: true });
    expect(await verify(forged, { from: call, to: call })).toMatchObject({
      identical: false,
      divergence: { seq: call, field: 'logProbs' },
    });
    expect(await verify(forged, { to: call - 1 })).toMatchObject({ identical: true });
    forged.close();
    const learned = ({ type }: StoredEvent) => type === 'learned';
    const unlearned = forgeRun(directory, store, 'loss.db', learned, lost);
    expect(await verify(unlearned, { from: step, to: step + 50 })).toMatchObject({
      divergence: { seq: first(learned).seq, field: 'loss', cause: 'unknown' },
    });
    expect(await verify(unlearned, { to: first(learned).seq - 1 })).toMatchObject({ identical: true });
    unlearned.close();
  });

  it.each<[Partial<VerifyOptions>, RegExp]>([
    [{ from: 20, to: 10 }, /--from 20 comes after --to 10/],
    [{ to: 999_999 }, /The run has \d+ events; --from and --to take 1 to \d+/],
    [{ from: 0 }, /--from and --to take/],
    [{ sample: 0 }, /above 0 and at most 100/],
    [{ sample: 100.5 }, /above 0 and at most 100/],
    [{ sample: Number.NaN }, /above 0 and at most 100/],
    [{ tolerance: 0 }, /A tolerance is a number above 0/],
    [{ sampleSeed: 1 }, /give --sample too/],
  ])('refuses %o', async (options, sentence) => {
    await expect(verify(store, options)).rejects.toThrow(sentence);
  });
});

describe('verify --sample', () => {
  it('executes the same share of the rollouts again each time, and another one for another seed', async () => {
    const some = await verify(store, { sample: 20 });
    const all = new Set(events.flatMap(({ stream }) => rolloutOf(stream) ?? [])).size;
    expect(some).toMatchObject({ identical: true, rollouts: { executed: Math.round(all / 5), all } });
    expect(some.tally.compared + some.tally.taken).toBe(events.length);
    expect(some.tally.taken).toBeGreaterThan(events.length / 2);
    expect(await verify(store, { sample: 20 })).toEqual(some);
    const others = await verify(store, { sample: 20, sampleSeed: 1 });
    expect(others.tally).not.toEqual(some.tally);
    expect(await verify(store, { sample: 0.001 })).toMatchObject({ rollouts: { executed: 1 } });
  });

  it('finds an altered call if its rollout is in the sample, and altered training always', async () => {
    const forged = forgeRun(directory, store, 'sampled.db', evaluated, otherLogProbs);
    const to = first(({ stream }) => stream.startsWith('step/')).seq;
    const found = new Set<boolean>();
    for (let sampleSeed = 0; sampleSeed < 8 && found.size < 2; sampleSeed++) {
      // The cold start and the first evaluation are enough.
      found.add(!(await verify(forged, { to, sample: 50, sampleSeed })).identical);
    }
    expect(found.size).toBe(2);
    forged.close();
    const unlearned = forgeRun(directory, store, 'untrained.db', ({ type }) => type === 'learned', lost);
    expect((await verify(unlearned, { sample: 5 })).divergence).toMatchObject({ field: 'loss' });
    unlearned.close();
  }, 60_000);
});

describe('an interrupted verification', () => {
  const file = directory.file('sidecar.json');
  let now = 0;
  /** A sidecar that is written at every turn. */
  const sidecar = () => new Sidecar(file, () => (now += 10_000));

  /** Verifies until so many events are dealt with. */
  async function interrupt(at: number, options: Partial<VerifyOptions> = {}): Promise<void> {
    const controller = new AbortController();
    const verification = verify(store, {
      ...options,
      sidecar: sidecar(),
      signal: controller.signal,
      onProgress: (done) => {
        if (done >= at) controller.abort(new Error('enough'));
      },
    });
    await expect(verification).rejects.toThrow('enough');
    expect(existsSync(file)).toBe(true);
  }

  it('goes on where it was, however often, and ends with the same verdict', async () => {
    const whole = await verify(store, {});
    await interrupt(at(0.5));
    await interrupt(at(0.8));
    const result = await verify(store, { sidecar: sidecar() });
    expect(result).toMatchObject({ identical: true, divergence: null });
    expect(result.tally.earlier).toBeGreaterThan(at(0.4));
    expect(result.tally.compared + result.tally.earlier).toBe(events.length);
    expect(result.calls).toBeLessThan(whole.calls * 0.8);
    expect(existsSync(file)).toBe(false);
  });

  it('goes on within a tolerance, and remembers the differences', async () => {
    await interrupt(at(0.8), { tolerance: 1e-3 });
    const { differences } = JSON.parse(readFileSync(file, 'utf8'));
    expect(differences.logProb).toBeGreaterThan(0);
    const result = await verify(store, { tolerance: 1e-3, sidecar: sidecar() });
    expect(result).toMatchObject({ identical: true, mode: 'tolerance' });
    expect(result.tally.earlier).toBeGreaterThan(at(0.5));
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
    const others = [{ sample: 50 }, { codeVersion: 'other' }];
    for (const other of others) expect([other, await goneOn(other)]).toEqual([other, false]);
    const { of } = JSON.parse(written);
    for (const text of ['', '{}', '[1]', '{"format":1,"of":{},"upTo":-1}', `${written.slice(0, -3)}`]) {
      writeFileSync(file, text);
      expect(sidecar().begin(of)).toBeNull();
    }
    writeFileSync(file, written);
    expect(sidecar().begin(of)).not.toBeNull();
    for (const other of [{ to: at(0.5) - 1 }, { tolerance: 1e-3 }])
      expect(sidecar().begin({ ...of, ...other })).toBeNull();
    rmSync(file);
  }, 120_000);

  it('finds what differs after the point that it goes on from', async () => {
    const after = ({ type, stream }: StoredEvent) => type === 'called' && stream.startsWith('eval/after/');
    const forged = forgeRun(directory, store, 'after.db', after, otherLogProbs);
    const controller = new AbortController();
    const interrupted = verify(forged, {
      sidecar: sidecar(),
      signal: controller.signal,
      onProgress: (done) => done > at(0.7) && controller.abort(),
    });
    await expect(interrupted).rejects.toThrow();
    const result = await verify(forged, { sidecar: sidecar() });
    expect(result).toMatchObject({ identical: false, divergence: { field: 'logProbs' } });
    expect(result.tally.earlier).toBeGreaterThan(at(0.5));
    expect(existsSync(file)).toBe(false);
    forged.close();
  });

  it('does without where the file cannot be written', async () => {
    const nowhere = new Sidecar(directory.file('none/sidecar.json'), () => (now += 10_000));
    expect(await verify(store, { to: at(0.3), sidecar: nowhere })).toMatchObject({ identical: true });
  });
});
