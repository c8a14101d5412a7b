import { InvariantError } from '../core/errors.ts';
import { type Feeds, scalar, vector } from '../onnx/session.ts';
import type { TrainingBatch } from './batch.ts';
import type { HyperParameters } from './hyper-parameters.ts';
import type { LearnerState } from './learner.ts';

/**
 * What a loss takes besides weights and tokens. Throws an InvariantError if leaving a reference costs something and the
 * batch does not name one.
 */
export function lossFeeds(batch: TrainingBatch, hyper: HyperParameters): Feeds {
  const temperature = scalar(hyper.temperature);
  if (batch.objective === 'supervised') return { temperature };
  if (hyper.klPenalty !== 0 && batch.referenceLogProbs === undefined) {
    throw new InvariantError('a KL penalty without log-probabilities of a reference');
  }
  return {
    temperature,
    clip: scalar(hyper.clip),
    entropyBonus: scalar(hyper.entropyBonus),
    klPenalty: scalar(hyper.klPenalty),
    forwardKl: scalar(hyper.forwardKl ? 1 : 0),
    maxLogRatio: scalar(Math.min(hyper.maxLogRatio, 1e30)),
  };
}

/** What clipping and Adam take besides the gradient; `bias1` and `bias2` are 1 − βᵗ of the step that is made, the first being 1. */
export function updateFeeds(state: LearnerState, hyper: HyperParameters): Feeds {
  const t = state.step + 1;
  return {
    weights: vector(state.weights),
    m: vector(state.m),
    v: vector(state.v),
    lr: scalar(hyper.lr),
    beta1: scalar(hyper.beta1),
    beta2: scalar(hyper.beta2),
    epsilon: scalar(hyper.epsilon),
    bias1: scalar(1 - hyper.beta1 ** t),
    bias2: scalar(1 - hyper.beta2 ** t),
    maxNorm: scalar(Math.min(hyper.maxNorm, 1e30)),
  };
}
