import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { sessionMachine } from '../../machines/session.machine.ts';
import { RandomStream } from '../../src/core/random.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { createRunningActor } from '../../src/runtime/actor.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import { Scheduler } from '../../src/runtime/scheduler.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { CYCLIC_SPECS, SESSION, scriptedEffects, scriptedRun } from './scripted.ts';

const clock = () => 0;

/** A run of the scripted session to its end; delays come from `seed`. */
async function play(seed: number, log = new MemoryLog(clock), specs?: readonly object[]): Promise<MemoryLog> {
  const delays = new RandomStream(seed, 'delay');
  await scriptedRun(
    log,
    scriptedEffects(7, () => delays.integer(0, 3), specs),
  ).run('session', 'session', SESSION);
  return log;
}

/** A log as a crash would leave it: the first `count` events. */
function cut(log: MemoryLog, count: number): MemoryLog {
  const left = new MemoryLog(clock);
  for (const { stream, version, type, data, bytes } of log.events({ upTo: count })) {
    left.append([{ stream, expectedVersion: version, type, data, bytes }]);
  }
  return left;
}

const CREDIT = { type: 'credit', params: { role: 'executor' } };

describe('scheduler', () => {
  it('plays a session to its end', async () => {
    const log = await play(1);
    expect(log.read('session').filter(({ type }) => type === 'learned')).toHaveLength(4);
    expect(log.streams('eval/after').length).toBeGreaterThan(0);
    expect(log.streams('step/0003/task/001/design/1')).toContain('step/0003/task/001/design/1');
  });

  it('writes the same streams whoever is faster, also where nodes are asked again', async () => {
    const hash = (await play(1, new MemoryLog(clock), CYCLIC_SPECS)).eventHash();
    for (const seed of [2, 3, 4]) {
      expect((await play(seed, new MemoryLog(clock), CYCLIC_SPECS)).eventHash()).toBe(hash);
    }
  });

  it('writes the same streams whoever is faster', async () => {
    const hash = (await play(1)).eventHash();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 1e6 }), async (seed) => {
        expect((await play(seed)).eventHash()).toBe(hash);
      }),
      { numRuns: 10 },
    );
  });

  it('ends with the same streams after a crash at any event, and asks for nothing that is recorded', async () => {
    const whole = await play(1);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.count() }), fc.integer(), async (at, seed) => {
        const log = cut(whole, at);
        const delays = new RandomStream(seed >>> 0, 'delay');
        const effects = scriptedEffects(7, () => delays.integer(0, 3));
        await scriptedRun(log, effects).run('session', 'session', SESSION);
        expect(log.eventHash()).toBe(whole.eventHash());
        const answered = [...whole.events({ after: at })].filter(
          ({ type }) => type !== 'started' && !type.endsWith('.finished'),
        ).length;
        expect(effects.count).toBe(answered);
      }),
      { numRuns: 40 },
    );
  });

  it('stops when asked and goes on where it stopped', async () => {
    const whole = await play(1);
    const log = new MemoryLog(clock);
    const delays = new RandomStream(3, 'delay');
    const effects = scriptedEffects(7, () => delays.integer(0, 3));
    const scheduler = scriptedRun(log, effects, () => {
      if (log.count() > whole.count() / 2) scheduler.stop();
    });
    expect(await scheduler.run('session', 'session', SESSION)).toBeNull();
    expect(log.count()).toBeLessThan(whole.count());
    expect((await play(5, log)).eventHash()).toBe(whole.eventHash());
  });

  it('does nothing while paused', async () => {
    const log = new MemoryLog(clock);
    const effects = scriptedEffects(7, () => 0);
    const scheduler = scriptedRun(log, effects);
    scheduler.pause();
    const running = scheduler.run('session', 'session', SESSION);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(log.count()).toBe(0);
    scheduler.resume();
    await running;
    expect(log.eventHash()).toBe((await play(1)).eventHash());
  });

  it('ends with the error of an effect that failed', async () => {
    const effects = { ...scriptedEffects(7, () => 0), learn: () => Promise.reject(new Error('no memory')) };
    await expect(
      scriptedRun(new MemoryLog(clock), effects).run('session', 'session', SESSION),
    ).rejects.toThrow('no memory');
  });

  it('does what the machine says: without the transition to learning there is no learning', async () => {
    const { config, implementations } = sessionMachine;
    const states = { ...config.states };
    for (const stage of ['executorStage', 'designerStage'] as const) {
      const inner = { ...states[stage]?.states, crediting: { entry: CREDIT } };
      Object.assign(states, { [stage]: { ...states[stage], states: inner } });
    }
    // XState's types for a configuration do not survive taking it apart; the machine's own checks do.
    const mutilated = createMachine({ ...config, states } as never, implementations as never);
    const original = actorFactory(defaultLibrary());
    const log = new MemoryLog(clock);
    const run = new Scheduler({
      log,
      effects: scriptedEffects(7, () => 0),
      createActor: (kind, stream, input) =>
        kind === 'session' ? createRunningActor(mutilated, stream, input) : original(kind, stream, input),
    }).run('session', 'session', SESSION);
    await expect(run).rejects.toThrow('session does not accept "credited"');
    expect(log.read('session').some(({ type }) => type === 'learned')).toBe(false);
  });
});
