import type { Tensor } from '../onnx/graph.ts';
import {
  abs,
  add,
  cast,
  div,
  exp,
  greater,
  logSoftmax,
  maximum,
  minimum,
  mul,
  neg,
  sub,
} from '../onnx/ops.ts';
import { greatest, pick, reshape, sum, total } from '../onnx/shape-ops.ts';

/** Predictions at the n positions of a batch that are learned, one number each, `[n, 1]`. */
export interface Predictions {
  /** Natural log-probability of the target token at the sampling temperature. */
  readonly logProbs: Tensor;
  /** Entropy of the whole distribution in nats. */
  readonly entropy: Tensor;
}

/** From logits `[n, vocab]`, int32 targets `[n, 1]` and the temperature (scalar). */
export function predict(logits: Tensor, targets: Tensor, temperature: Tensor): Predictions {
  const logs = logSoftmax(div(logits, temperature));
  return { logProbs: pick(logs, targets), entropy: neg(sum(mul(exp(logs), logs), [1])) };
}

/** What a loss reports besides itself; sums are over positions. */
export interface Objective {
  /** Scalar to be minimised. */
  readonly loss: Tensor;
  /** Σ |w| of the positions where the ratio was clipped away from its old value, to be divided by Σ |w|. */
  readonly clipped: Tensor;
  /** max |ρ − 1| over positions with a weight other than 0. */
  readonly drift: Tensor;
  /** Σ |w| k₃, the estimated divergence from the reference policy, to be divided by Σ |w|. */
  readonly kl: Tensor;
}

/** Weighted cross entropy, −Σ w log p(target): maximum likelihood. All tensors are `[n, 1]`. */
export function crossEntropy({ logProbs }: Predictions, weights: Tensor): Tensor {
  return neg(total(mul(weights, logProbs)));
}

export interface PolicyGradientInputs {
  /** `[n, 1]` each; a weight is 0 on prompts and padding, and carries the normalisation. */
  readonly weights: Tensor;
  readonly advantages: Tensor;
  /** Log-probabilities under the policy that sampled. */
  readonly oldLogProbs: Tensor;
  /** Log-probabilities under the reference policy. */
  readonly referenceLogProbs: Tensor;
  /** Scalars. */
  readonly clip: Tensor;
  readonly entropyBonus: Tensor;
  readonly klPenalty: Tensor;
}

/**
 * The clipped surrogate of PPO (Schulman et al. 2017, eq. 7) with an entropy bonus (eq. 9) and a penalty on the
 * divergence from a reference policy:
 * −Σ w·min(ρA, clip(ρ, 1−ε, 1+ε)A) − β Σ w·H + κ Σ w·k₃, where ρ = exp(log p − old log p), k₃ = exp(d) − 1 − d and
 * d = reference log p − log p. k₃ ≥ 0 estimates KL(p ‖ reference) without bias on samples of p (Schulman 2020,
 * "Approximating KL divergence", http://joschu.net/blog/kl-approx.html); used per token as in GRPO (Shao et al.
 * 2024, eq. 4).
 */
export function clippedPolicyGradient(predictions: Predictions, inputs: PolicyGradientInputs): Objective {
  const { weights, advantages, oldLogProbs, referenceLogProbs, clip, entropyBonus, klPenalty } = inputs;
  const present = cast(greater(abs(weights), 0), 'float32');
  // Positions without weight keep a ratio of 1: rubbish in their old log-probabilities cannot overflow.
  const ratio = exp(mul(present, sub(predictions.logProbs, oldLogProbs)));
  const free = mul(ratio, advantages);
  const bounded = mul(minimum(maximum(ratio, sub(1, clip)), add(clip, 1)), advantages);
  const surrogate = total(mul(weights, minimum(free, bounded)));
  const bonus = mul(entropyBonus, total(mul(weights, predictions.entropy)));
  const d = mul(present, sub(referenceLogProbs, predictions.logProbs));
  const divergence = sub(sub(exp(d), 1), d);
  const penalty = mul(klPenalty, total(mul(weights, divergence)));
  return {
    loss: sub(penalty, add(surrogate, bonus)),
    clipped: total(mul(abs(weights), cast(greater(free, bounded), 'float32'))),
    drift: greatest(abs(sub(ratio, 1))),
    kl: total(mul(abs(weights), divergence)),
  };
}

/** `[n]` → `[n, 1]`. */
export function column(x: Tensor): Tensor {
  return reshape(x, [...x.shape, 1]);
}
