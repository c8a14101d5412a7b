import { RandomStream } from '../../src/core/random.ts';
import type { TrainingSequence } from '../../src/learning/batches.ts';
import {
  DEFAULT_HYPER_PARAMETERS,
  type LearnerState,
  type TrainingBatch,
} from '../../src/learning/learner.ts';
import { policyBatch, supervisedBatch } from '../../src/learning/tensors.ts';
import { initialWeights, parameterCount } from '../../src/policies/parameters.ts';
import type { TorchTask } from '../../tools/bench/torch-step.ts';

const CONFIG = { vocab: 10, dim: 8, layers: 2, heads: 2, hidden: 12, context: 12 };

/** Sequences of many lengths, so that there is padding, with log-probabilities near those of a young policy. */
function sequences(seed: number): TrainingSequence[] {
  const random = new RandomStream(seed, 'sequences');
  const tokens = (count: number) => Array.from({ length: count }, () => random.integer(1, CONFIG.vocab - 1));
  return Array.from({ length: 7 }, () => {
    const completion = tokens(random.integer(1, 6));
    return {
      promptTokens: tokens(random.integer(1, 6)),
      tokens: completion,
      logProbs: completion.map(() => -Math.log(CONFIG.vocab) + 0.5 * random.normal()),
      advantage: random.normal(),
    };
  });
}

/** In the midst of training, where moments are neither zero nor small. */
function state(seed: number): LearnerState {
  const random = new RandomStream(seed, 'moments');
  const noise = () => Float32Array.from({ length: parameterCount(CONFIG) }, () => random.normal());
  return {
    weights: initialWeights(CONFIG, seed).map((weight) => 2 * weight),
    m: noise().map((x) => 0.01 * x),
    v: noise().map((x) => 0.001 * x * x + 1e-5),
    step: 4,
  };
}

function policy(seed: number): TrainingBatch {
  const batch = policyBatch({ sequences: sequences(seed), length: CONFIG.context });
  const random = new RandomStream(seed, 'reference');
  return { ...batch, referenceLogProbs: batch.oldLogProbs.map((p) => p + 0.3 * random.normal()) };
}

const hyper = { ...DEFAULT_HYPER_PARAMETERS, maxNorm: 0.5, temperature: 0.8, lr: 0.01 };

/** One training step each, of both objectives and with everything that they can be given. */
export const TORCH_CASES: { readonly [name: string]: TorchTask } = {
  supervised: {
    config: CONFIG,
    state: state(1),
    batches: [supervisedBatch({ sequences: sequences(1), length: CONFIG.context })],
    hyper,
  },
  policy: {
    config: CONFIG,
    state: state(2),
    batches: [policy(2)],
    // What PyTorch differentiates is the estimate itself.
    hyper: { ...hyper, entropyBonus: 0.05, klPenalty: 0.3, forwardKl: true },
  },
};
