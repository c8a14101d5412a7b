import { expect, test } from 'vitest';
import { configure } from '../../src/runtime/config.ts';
import { bench } from '../../tools/bench/bench.ts';
import { measureLearner } from '../../tools/bench/learner.ts';
import { measureStore } from '../../tools/bench/store.ts';

/** A model and trees so small that every measurement is over at once; figures are looked at, never judged. */
const config = configure('quick', {
  model: { dim: 32, layers: 1, heads: 2, hidden: 64, context: 128 },
  tasks: { train: 40, heldOut: 4 },
  imitation: { chunks: 1, stepsPerChunk: 1, batchTokens: 256, learningRate: 5e-3, designerShare: 0.5 },
  rollout: {
    tasksPerStep: 2,
    designs: 2,
    executions: 2,
    temperature: 1,
    designerTokens: 40,
    executorTokens: 24,
  },
});

test('every measurement is taken and gives finite, positive figures', async () => {
  const seen = new Set<string>();
  const { machine, decode, trainStep, log, step } = await bench({
    config,
    seconds: 0.5,
    onProgress: (what) => seen.add(what),
  });
  expect([...seen]).toEqual(['decoding', 'training step', 'log', 'steps of a run']);
  expect(machine).toEqual({ cores: expect.any(Number), model: expect.any(String) });
  expect(Object.keys(decode)).toEqual(['tokensPerSecond', 'tokensPerCpuSecond', 'tokensPerSecondTwoThreads']);
  expect(Object.keys(trainStep)).toEqual([
    'ms',
    'msTwoShards',
    'tokensPerSecond',
    'tokensPerCpuSecond',
    'paddingShare',
    'tenfold',
    'matmulShare',
    'matmulGflops',
  ]);
  const { bytesPerToken, ...rates } = log;
  expect(bytesPerToken.sampled).toBe(6);
  expect(bytesPerToken.sampledAsJson).toBeGreaterThan(2 * bytesPerToken.sampled);
  expect(bytesPerToken.log).toBeGreaterThan(bytesPerToken.calls);
  const { shares, ...figures } = step;
  for (const value of [decode, trainStep, rates].flatMap((each) => Object.values(each))) {
    expect(Number.isFinite(value)).toBe(true);
    expect(value).toBeGreaterThan(0);
  }
  // A share may be too small for the clock.
  for (const value of [figures, shares].flatMap((each) => Object.values(each))) {
    expect(Number.isFinite(value)).toBe(true);
    expect(value).toBeGreaterThanOrEqual(0);
  }
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
});

test('the store is measured by itself, within a run, and with one long run', async () => {
  const { logShare, run, stateAt, appendRatio, liveRatio, replayRatio, widths } = await measureStore({
    config: { ...config, steps: 2 },
    seconds: 0.2,
    count: 12_000,
    widths: [2, 2, 20],
  });
  expect(widths.map(({ tasks }) => tasks)).toEqual([2, 20]);
  for (const { cpuPerEvent } of widths) expect(cpuPerEvent).toBeGreaterThan(0);
  expect(run.logShare).toBe(logShare);
  for (const share of [logShare, run.logWallShare]) {
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
  }
  for (const ratio of [appendRatio, liveRatio, replayRatio]) expect(ratio).toBeGreaterThan(0);
  expect(stateAt.events).toBeGreaterThanOrEqual(12_000);
  expect(stateAt.slowestMs).toBeGreaterThanOrEqual(stateAt.medianMs);
  expect(stateAt.snapshotShare).toBeGreaterThan(0);
});

test('the learner is measured: steps, PyTorch where it is, decoding, and runs on one core and on two', async () => {
  const { machine, torchStepMs, twoCoreSpeedup, twoCoreNote, ...figures } = await measureLearner({
    config: { ...config, steps: 1 },
    seconds: 0.3,
  });
  expect(machine.cores).toBeGreaterThan(0);
  if (torchStepMs !== undefined) expect(torchStepMs).toBeGreaterThan(0);
  if (twoCoreSpeedup === null) expect(twoCoreNote).toMatch(/taskset|single core/);
  else expect(twoCoreNote).toBe('same weights hash on both');
  expect(Object.keys(figures).sort()).toEqual([
    'decodeTokensPerCpuSecond',
    'matmulGflops',
    'matmulShare',
    'paddingShare',
    'tenfold',
    'trainStepMs',
    'trainTokensPerCpuSecond',
  ]);
  for (const value of Object.values(figures)) expect(Number.isFinite(value)).toBe(true);
});
