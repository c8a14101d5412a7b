import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { rolloutOf, Scope, type ScopeOptions } from '../../src/runtime/verify/scope.ts';
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

/** A call of the first evaluation whose log-probabilities nobody reads: nothing follows from them. */
const evaluated = ({ type, stream }: StoredEvent) => type === 'called' && stream.startsWith('eval/before/');
const otherLogProbs = otherCall((call) => ({ ...call, logProbs: call.logProbs.map((value) => value - 1) }));
const lost = otherData((data) => ({ ...data, loss: 7 }));

describe('verify --from --to', () => {
  it('executes rollouts with events in the range, training behind the cold start up to its end, and nothing else', async () => {
    const from = first(({ stream }) => stream.startsWith('step/0001/')).seq;
    const to = first(({ seq, type }) => type === 'learned' && seq > from).seq - 20;
    const within = events.filter(({ seq }) => seq >= from && seq <= to);
    const rollouts = new Set(within.flatMap(({ stream }) => rolloutOf(stream) ?? []));
    const executed = (event: StoredEvent) => {
      const rollout = rolloutOf(event.stream);
      const session = rollout === null && event.type !== 'imitated';
      return event.seq <= to && (session || (rollout !== null && rollouts.has(rollout)));
    };
    const result = await verify(store, { from, to });
    expect(result).toMatchObject({ identical: true, mode: 'exact', events: events.length });
    const compared = events.filter(executed).length;
    expect(result.tally).toEqual({ compared, earlier: 0, taken: to - compared });
    expect(result.rollouts.executed).toBe(rollouts.size);
    expect(result.coldStart).toBe(false);
    expect(result.calls).toBe(events.filter((event) => executed(event) && event.type === 'called').length);
    expect(result.calls).toBeGreaterThan(10);
  });

  it('finds what was altered in the range, and training that was altered before it', async () => {
    const call = first(evaluated).seq;
    const step = first(({ stream }) => stream.startsWith('step/0001/')).seq;
    const forged = forgeRun(directory, store, 'call.db', evaluated, otherLogProbs);
    expect(await verify(forged, { from: step, to: step + 50 })).toMatchObject({ identical: true });
    expect(await verify(forged, { from: call, to: call })).toMatchObject({
      identical: false,
      divergence: { seq: call, field: 'logProbs' },
    });
    expect(await verify(forged, { from: call - 1, to: call - 1 })).toMatchObject({ identical: true });
    forged.close();
    const learned = ({ type }: StoredEvent) => type === 'learned';
    const unlearned = forgeRun(directory, store, 'loss.db', learned, lost);
    expect(await verify(unlearned, { from: step, to: step + 50 })).toMatchObject({
      divergence: { seq: first(learned).seq, field: 'loss', cause: 'unknown' },
    });
    const before = first(learned).seq - 1;
    expect(await verify(unlearned, { from: before, to: before })).toMatchObject({ identical: true });
    unlearned.close();
  });

  it('takes a cold start before the range as recorded, where the run keeps its weights', async () => {
    const imitated = ({ type }: StoredEvent) => type === 'imitated';
    const { seq } = first(imitated);
    const begin = first(evaluated).seq;
    const forged = forgeRun(directory, store, 'cold.db', imitated, lost);
    expect(await verify(forged, { from: begin, to: begin })).toMatchObject({
      identical: true,
      coldStart: false,
    });
    for (const scope of [{ to: begin }, { from: seq, to: begin }]) {
      expect(await verify(forged, scope)).toMatchObject({
        coldStart: true,
        divergence: { seq, field: 'loss' },
      });
    }
    const log = forged.openLog('latest');
    log.append([], { drop: log.blobs().flatMap(({ name }) => (name.includes('cold-start') ? [name] : [])) });
    log.close();
    expect(await verify(forged, { from: begin, to: begin })).toMatchObject({
      coldStart: true,
      divergence: { seq, field: 'loss' },
    });
    forged.close();
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
    // The cold start is of no interest here.
    const from = first(evaluated).seq;
    const some = await verify(store, { from, sample: 20 });
    const all = new Set(events.flatMap(({ stream }) => rolloutOf(stream) ?? [])).size;
    expect(some).toMatchObject({ identical: true, rollouts: { executed: Math.round(all / 5), all } });
    expect(some.tally.compared + some.tally.taken).toBe(events.length);
    expect(some.tally.taken).toBeGreaterThan(events.length / 2);
    const chosen = (options: ScopeOptions) => {
      const scope = new Scope(store.reader('latest'), tinyConfig(), { from, ...options });
      return events.filter((event) => scope.has(event)).map(({ seq }) => seq);
    };
    expect(chosen({ sample: 20 })).toHaveLength(some.tally.compared);
    expect(chosen({ sample: 20 })).toEqual(chosen({ sample: 20, sampleSeed: 0 }));
    expect(chosen({ sample: 20 })).not.toEqual(chosen({ sample: 20, sampleSeed: 1 }));
    expect(chosen({ sample: 0.001 }).length).toBeGreaterThan(0);
    const scored = await verify(store, { from, sample: 20, tolerance: 1e-3 });
    expect(scored).toMatchObject({ identical: true, mode: 'tolerance', tally: some.tally });
    expect(scored.differences?.logProb).toBeGreaterThan(0);
  });

  it('finds an altered call if its rollout is in the sample, and altered training always', async () => {
    const forged = forgeRun(directory, store, 'sampled.db', evaluated, otherLogProbs);
    const [from, to] = [first(evaluated).seq, first(({ stream }) => stream.startsWith('step/')).seq];
    const found = new Set<boolean>();
    for (let sampleSeed = 0; sampleSeed < 8 && found.size < 2; sampleSeed++) {
      // The first evaluation is enough.
      found.add(!(await verify(forged, { from, to, sample: 50, sampleSeed })).identical);
    }
    expect(found.size).toBe(2);
    forged.close();
    const unlearned = forgeRun(directory, store, 'untrained.db', ({ type }) => type === 'learned', lost);
    expect((await verify(unlearned, { from, sample: 5 })).divergence).toMatchObject({ field: 'loss' });
    unlearned.close();
  }, 60_000);
});
