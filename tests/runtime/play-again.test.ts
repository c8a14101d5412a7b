import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { type PlayAgainOptions, playAgain } from '../../src/runtime/fork/play-again.ts';
import { readConfig, startRun } from '../../src/runtime/run.ts';
import type { Store } from '../../store/store.ts';
import { evenAnswers, runOptions, scratch, smallConfig } from './small-run.ts';

// Recorded rollouts under other policy versions: real weights, sandbox and store.

const KIT = evenAnswers();
const directory = scratch();
let store: Store;

beforeAll(async () => {
  store = directory.open('again.db');
  const base = smallConfig({ steps: 2, stage: { schedule: 'stagewise', steps: 2, first: 'executor' } });
  const learning = { ...base.learning, executorRate: 3e-3 };
  const config = { ...base, learning, credit: { ...base.credit, draws: 1 } };
  await startRun(store, config, { ...runOptions(), kit: KIT }).finished;
}, 60_000);
afterAll(() => {
  store.close();
  directory.remove();
});

function again(place: string, policies: PlayAgainOptions['policies']) {
  const options = { kit: KIT, hardware: { samplers: 1 }, policies };
  return playAgain(store.reader('run-1'), readConfig(store, 'run-1'), 'run-1', place, options);
}
const both = (version: string) => ({ designer: version, executor: version });

describe('recorded rollouts, played again', () => {
  it('come to the same where the versions are those that played them, and play no branches', async () => {
    const { replayed, policyCalls } = await again('step/0000', both('cold-start'));
    expect(replayed).toHaveLength(8);
    for (const { recorded, again: now } of replayed) expect(now).toEqual(recorded);
    expect(replayed.some(({ recorded }) => recorded.reward > 0)).toBe(true);
    expect(policyCalls).toBe(replayed.reduce((sum, { recorded }) => sum + recorded.calls, 0));
  }, 30_000);

  it('come to something else under other weights', async () => {
    const { replayed, versions } = await again('step/0000', both('last'));
    expect(versions.map(([role, { label }]) => [role, label])).toEqual([
      ['designer', 'step/0001'],
      ['executor', 'step/0001'],
    ]);
    expect(replayed.map(({ again: now }) => now)).not.toEqual(replayed.map(({ recorded }) => recorded));
  }, 30_000);

  it('take the scripts from the log where only the executor changes', async () => {
    const { replayed, policyCalls } = await again('step/0000', { executor: 'cold-start' });
    for (const { recorded, again: now } of replayed) expect(now).toEqual(recorded);
    const designs = 4 * replayed.length;
    expect(policyCalls).toBe(replayed.reduce((sum, { recorded }) => sum + recorded.calls, -designs));
  }, 30_000);

  it('are played by the weights of their time where only the designer changes', async () => {
    const { replayed } = await again('step/0001', { designer: 'step/0' });
    for (const { recorded, again: now } of replayed) expect(now).toEqual(recorded);
  }, 30_000);

  it('may be a design, an execution, or a held-out task', async () => {
    const reader = store.reader('run-1');
    const execution = reader.streams('step/0001').find((name) => /\/exec\/00$/.test(name)) ?? '';
    const design = await again(execution.replace(/\/exec\/00$/, ''), both('step/0'));
    expect(design.replayed.map(({ stream }) => stream.slice(-2))).toEqual(['00', '01', '02']);
    for (const { recorded, again: now } of design.replayed) expect(now).toEqual(recorded);
    expect((await again(execution, both('last'))).replayed).toHaveLength(1);
    expect((await again('eval/before', both('last'))).replayed).toHaveLength(8);
  }, 30_000);

  it.each([
    [
      'step/0099',
      both('last'),
      /no finished rollout or execution under "step\/0099" in run-1; try .* eval\/after/,
    ],
    ['session', both('last'), /no finished rollout/],
    ['step/0000', both('nonesuch'), /keeps no policy version "nonesuch"/],
  ])('at %s with %j are refused', async (place, policies, sentence) => {
    const attempt = again(place, policies);
    await expect(attempt).rejects.toThrow(sentence);
    await expect(attempt).rejects.toBeInstanceOf(UserError);
  });
});
