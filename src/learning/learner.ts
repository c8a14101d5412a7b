import { InvariantError, must } from '../core/errors.ts';
import {
  type Feeds,
  localSession,
  type Outputs,
  output,
  type Session,
  scalar,
  vector,
} from '../onnx/session.ts';
import { workerSession } from '../onnx/worker-session.ts';
import type { TransformerConfig } from '../policies/parameters.ts';
import { batchFeeds, type TokenBatch, type TrainingBatch } from './batch.ts';
import type { HyperParameters } from './hyper-parameters.ts';
import { lossFeeds, updateFeeds } from './step-feeds.ts';
import { gradientGraph, scoreGraph, trainStepGraph, updateGraph } from './train-step.ts';

export type { PolicyBatch, SupervisedBatch, TokenBatch, TrainingBatch } from './batch.ts';
export { DEFAULT_HYPER_PARAMETERS, type HyperParameters } from './hyper-parameters.ts';

/** All that training carries from step to step. Arrays are never written to: a step makes new ones. */
export interface LearnerState {
  readonly weights: Float32Array;
  /** Adam's first and second moments. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Steps taken. */
  readonly step: number;
}

export interface StepStats {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Share of the weighted tokens whose ratio was clipped. */
  readonly clipFraction: number;
  /** Mean entropy of the weighted tokens' distributions, nats. */
  readonly entropy: number;
  /** max |ρ − 1| over weighted tokens. */
  readonly drift: number;
  /** Mean estimated divergence of the weighted tokens from the reference policy, nats. */
  readonly kl: number;
}

export interface StepResult {
  readonly state: LearnerState;
  readonly stats: StepStats;
  /** Log-probability of each learned target before the step, `[rows, length]`; 0 where the weight is 0. */
  readonly logProbs: Float32Array;
}

export interface LearnerOptions {
  /**
   * Parts that a batch is cut into, at least, one thread each: the caller's and `shards` − 1 workers. Part of a run's
   * identity: another count adds in another order and rounds differently.
   */
  readonly shards: number;
  /** Threads within an operator of ONNX Runtime; 1 if left out, and wherever bits are to be the same. */
  readonly threads?: number | undefined;
}

/**
 * Positions that a model is given at once, about. What it computes in between outgrows the processor's caches with
 * larger ones, and time would grow faster than the batch.
 */
const MOST_POSITIONS = 4096;

/** The state before the first step. */
export function initialState(weights: Float32Array): LearnerState {
  return { weights, m: new Float32Array(weights.length), v: new Float32Array(weights.length), step: 0 };
}

/**
 * Runs training steps on ONNX Runtime. Deterministic: equal states, batches and shard counts give equal bits,
 * run after run. May live in a worker thread. The calling thread computes too, and is blocked meanwhile.
 */
export class Learner {
  readonly config: TransformerConfig;
  readonly #shards: number;
  readonly #threads: number | undefined;
  readonly #sessions = new Map<string, Promise<Session>>();
  /** The weights of the step in progress, where all threads see them. */
  #shared = new Float32Array(new SharedArrayBuffer(0));

  constructor(config: TransformerConfig, options: LearnerOptions = { shards: 1 }) {
    this.config = config;
    this.#shards = options.shards;
    this.#threads = options.threads;
  }

  /** One update. Throws an InvariantError if the batch does not fit the model. */
  async step(state: LearnerState, batch: TrainingBatch, hyper: HyperParameters): Promise<StepResult> {
    this.#check(batch);
    const turns = Math.max(1, Math.ceil((batch.rows * batch.length) / (this.#shards * MOST_POSITIONS)));
    // A part without rows would be an empty tensor.
    const count = Math.min(turns * this.#shards, batch.rows);
    const { parts, updated } =
      count === 1 ? await this.#whole(state, batch, hyper) : await this.#inParts(state, batch, hyper, count);
    return {
      state: {
        weights: output(updated, 'newWeights'),
        m: output(updated, 'newM'),
        v: output(updated, 'newV'),
        step: state.step + 1,
      },
      stats: statsOf(parts, updated),
      logProbs: placed(batch, parts),
    };
  }

  /**
   * Log-probability of each target, `[rows, length]`, without an update; of a training batch, only where the
   * weight is not 0, and 0 elsewhere.
   */
  async score(weights: Float32Array, batch: TokenBatch, temperature = 1): Promise<Float32Array> {
    this.#check(batch);
    const session = await this.#session('score', () => localSession(scoreGraph(this.config), this.#threads));
    const { feeds, positions } = batchFeeds(batch);
    const { tokenWeights, advantages, oldLogProbs, referenceLogProbs, ...inputs } = feeds;
    const outputs = await session.run({
      ...inputs,
      weights: vector(weights),
      temperature: scalar(temperature),
    });
    return placed(batch, [{ outputs, positions }]);
  }

  /** Frees sessions and ends workers. */
  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).close();
    this.#sessions.clear();
  }

  async #whole(state: LearnerState, batch: TrainingBatch, hyper: HyperParameters): Promise<StepOutputs> {
    const session = await this.#session(batch.objective, () =>
      localSession(trainStepGraph(this.config, batch.objective), this.#threads),
    );
    const { feeds, positions } = batchFeeds(batch);
    const updated = await session.run({ ...updateFeeds(state, hyper), ...lossFeeds(batch, hyper), ...feeds });
    return { parts: [{ outputs: updated, positions }], updated };
  }

  /** The gradients of as many parts, by turns on the shards' threads; then their sum in order, clipping and Adam here. */
  async #inParts(
    state: LearnerState,
    batch: TrainingBatch,
    hyper: HyperParameters,
    count: number,
  ): Promise<StepOutputs> {
    const { objective } = batch;
    const update = await this.#session(`update/${count}`, () =>
      localSession(updateGraph(state.weights.length, count), this.#threads),
    );
    const sessions: Session[] = [];
    for (let shard = 0; shard < Math.min(this.#shards, count); shard++) {
      const load = shard === 0 ? localSession : workerSession;
      const make = (): Promise<Session> => load(gradientGraph(this.config, objective), this.#threads);
      sessions.push(await this.#session(`${objective}/${shard}`, make));
    }
    if (this.#shared.length !== state.weights.length) {
      this.#shared = new Float32Array(new SharedArrayBuffer(state.weights.byteLength));
    }
    this.#shared.set(state.weights);
    const shared = { ...lossFeeds(batch, hyper), weights: vector(this.#shared) };
    // Workers first: a part on this thread blocks it.
    const running = Array.from({ length: count }, (_, part) => ({
      session: must(sessions[part % sessions.length], 'a session'),
      ...batchFeeds(batch, part, count),
    }))
      .reverse()
      .map(async ({ session, feeds, positions }) => ({
        outputs: await session.run({ ...shared, ...feeds }),
        positions,
      }));
    const parts = (await Promise.all(running)).reverse();
    const feeds: Record<string, Feeds[string]> = { ...updateFeeds(state, hyper) };
    parts.forEach((part, index) => {
      feeds[`gradient${index}`] = vector(output(part.outputs, 'gradient'));
    });
    return { parts, updated: await update.run(feeds) };
  }

  #check(batch: TokenBatch): void {
    if (batch.length > this.config.context) {
      throw new InvariantError(`a batch of ${batch.length} tokens for a context of ${this.config.context}`);
    }
  }

  #session(key: string, make: () => Promise<Session>): Promise<Session> {
    const session = this.#sessions.get(key) ?? make();
    this.#sessions.set(key, session);
    return session;
  }
}

/** Sums and log-probabilities of one shard. */
interface Part {
  readonly outputs: Outputs;
  readonly positions: Int32Array;
}
interface StepOutputs {
  readonly parts: readonly Part[];
  readonly updated: Outputs;
}

function statsOf(parts: readonly Part[], updated: Outputs): StepStats {
  const numbers = (name: string): number[] =>
    parts.map((part) => output(part.outputs, name)[0] ?? Number.NaN);
  const sum = (name: string): number => numbers(name).reduce((a, b) => a + b, 0);
  const mass = Math.max(sum('mass'), 1e-12);
  return {
    loss: sum('loss'),
    gradientNorm: output(updated, 'gradientNorm')[0] ?? Number.NaN,
    clipFraction: sum('clipped') / mass,
    entropy: sum('entropy') / mass,
    drift: Math.max(...numbers('drift')),
    kl: sum('kl') / mass,
  };
}

/** Per-token results put back where they belong, `[rows, length]`. */
function placed({ rows, length }: TokenBatch, parts: readonly Part[]): Float32Array {
  const all = new Float32Array(rows * length);
  for (const { outputs, positions } of parts) {
    const logProbs = output(outputs, 'logProbs');
    positions.forEach((position, i) => {
      all[position] = logProbs[i] ?? 0;
    });
  }
  return all;
}
