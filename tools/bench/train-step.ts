import { must } from '../../src/core/errors.ts';
import { batchFeeds } from '../../src/learning/batch.ts';
import { type Minibatch, sequenceLength } from '../../src/learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS, initialState, Learner } from '../../src/learning/learner.ts';
import { supervisedBatch } from '../../src/learning/tensors.ts';
import { localSession } from '../../src/onnx/session.ts';
import { type BatchSizes, matmulFeeds, matmulGflop, matmulGraph } from './matmuls.ts';
import { alternate, cpuNow, type Measuring } from './measure.ts';
import { paddingShare } from './padding.ts';
import { demonstrations, type Workload } from './workload.ts';

export interface TrainStepFigures {
  /** Median time of one step as one graph on one thread, ms. */
  readonly ms: number;
  /** The same with two gradient shards, one thread each. */
  readonly msTwoShards: number;
  /** Tokens of prompts and completions, padding not counted, that one thread trains on per second. */
  readonly tokensPerSecond: number;
  /** The same by CPU time, which other programs take less from. */
  readonly tokensPerCpuSecond: number;
  /** Share of the positions of a chunk of the cold start that is padding, in the run's shards. */
  readonly paddingShare: number;
  /** Time per token of a batch ten times as large, by that of one of the run's size: 1 is linear. */
  readonly tenfold: number;
  /**
   * Time that ONNX Runtime takes for the step's matrix products alone, on one thread, as a share of the
   * one-graph step: 1 would be a step that costs nothing besides.
   */
  readonly matmulShare: number;
  /** Speed of those products alone, 10⁹ floating-point operations per second. */
  readonly matmulGflops: number;
}

/** Minibatches that are trained on in turn. */
const BATCHES = 6;

/** Some of the minibatches of one chunk of the cold start. */
export function stepBatches(given: Workload): readonly Minibatch[] {
  return chunk(given).slice(0, BATCHES);
}

function chunk(given: Workload): readonly Minibatch[] {
  return demonstrations(given, Math.max(BATCHES, given.config.imitation.stepsPerChunk));
}

/**
 * Measures steps of the cold start, of which a run makes the most. All pieces take their turns on the same
 * minibatch, and every step starts from the same state.
 */
export async function measureTrainStep(given: Workload, measuring: Measuring): Promise<TrainStepFigures> {
  const { transformer, weights } = given;
  const state = initialState(weights);
  const batches = stepBatches(given).map((minibatch) => {
    const batch = supervisedBatch(minibatch);
    const sizes: BatchSizes = { B: batch.rows, T: batch.length, K: batchFeeds(batch).positions.length };
    const tokens = tokensOf(minibatch);
    const feeds = matmulFeeds(transformer, sizes);
    return { batch, tokens, feeds, gflop: matmulGflop(transformer, sizes) };
  });
  const tenfold = must(demonstrations(given, 1, 10 * given.config.imitation.batchTokens)[0], 'a minibatch');
  const large = supervisedBatch(tenfold);
  let cpu = 0;
  let tokens = 0;
  const of = (round: number) => must(batches[round % batches.length], 'a minibatch');
  const one = new Learner(transformer, { shards: 1 });
  const two = new Learner(transformer, { shards: 2 });
  const products = await localSession(matmulGraph(transformer));
  try {
    const seconds = await alternate(
      {
        one: async (round) => {
          const start = cpuNow();
          await one.step(state, of(round).batch, DEFAULT_HYPER_PARAMETERS);
          if (round === 0) return;
          cpu += cpuNow() - start;
          tokens += of(round).tokens;
        },
        matmuls: async (round) => void (await products.run(of(round).feeds)),
        large: async () => void (await one.step(state, large, DEFAULT_HYPER_PARAMETERS)),
        two: async (round) => void (await two.step(state, of(round).batch, DEFAULT_HYPER_PARAMETERS)),
      },
      measuring,
    );
    return {
      ms: 1000 * seconds.one,
      msTwoShards: 1000 * seconds.two,
      tokensPerSecond: mean(batches.map(({ tokens }) => tokens)) / seconds.one,
      tokensPerCpuSecond: tokens / cpu,
      paddingShare: paddingShare(chunk(given), given.config.shards),
      tenfold: seconds.large / tokensOf(tenfold) / (seconds.one / mean(batches.map((each) => each.tokens))),
      matmulShare: seconds.matmuls / seconds.one,
      matmulGflops: mean(batches.map(({ gflop }) => gflop)) / seconds.matmuls,
    };
  } finally {
    await Promise.all([one.close(), two.close(), products.close()]);
  }
}

function tokensOf({ sequences }: Minibatch): number {
  return sequences.reduce((sum, sequence) => sum + sequenceLength(sequence), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
