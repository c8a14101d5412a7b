import type { Tensor } from '../onnx/graph.ts';
import {
  abs,
  add,
  cast,
  detach,
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
  /** 1 for the gradient of KL(reference ‖ policy), 0 for that of KL(policy ‖ reference). */
  readonly forwardKl: Tensor;
  /** Log-ratios are cut off at ± this. */
  readonly maxLogRatio: Tensor;
}

/**
 * The clipped surrogate of PPO (Schulman et al. 2017, eq. 7) with an entropy bonus (eq. 9) and a penalty on the
 * divergence from a reference policy:
 * −Σ w·min(ρA, clip(ρ, 1−ε, 1+ε)A) − β Σ w·H + κ Σ w·k₃, where ρ = exp(log p − old log p), k₃ = exp(d) − 1 − d and
 * d = reference log p − log p. k₃ ≥ 0 estimates KL(p ‖ reference) without bias on samples of p (Schulman 2020,
 * "Approximating KL divergence", http://joschu.net/blog/kl-approx.html), used per token as in GRPO (Shao et al.
 * 2024, eq. 4).
 *
 * The gradient of that estimate is not an estimate of the gradient: in the mean it is that of KL(reference ‖ p) (Tang and
 * Munos 2025, arXiv 2506.09477). So the penalty has the value of k₃ and the gradient ρ·(log p − reference log p)·∇ log p with
 * the first two factors detached, which is that of KL(p ‖ reference), also where another policy sampled.
 *
 * Differences of log-probabilities are cut off at ±`maxLogRatio`: beyond it a token's ratio is a constant and nothing is
 * learned from it, where an exponential without limit would make weights of infinity.
 */
export function clippedPolicyGradient(predictions: Predictions, inputs: PolicyGradientInputs): Objective {
  const { weights, advantages, oldLogProbs, referenceLogProbs, clip, entropyBonus, klPenalty } = inputs;
  const { logProbs } = predictions;
  const bounded = (x: Tensor): Tensor => maximum(minimum(x, inputs.maxLogRatio), neg(inputs.maxLogRatio));
  const present = cast(greater(abs(weights), 0), 'float32');
  // Positions without weight keep a ratio of 1: rubbish in their old log-probabilities cannot overflow.
  const ratio = exp(bounded(mul(present, sub(logProbs, oldLogProbs))));
  const free = mul(ratio, advantages);
  const clipped = mul(minimum(maximum(ratio, sub(1, clip)), add(clip, 1)), advantages);
  const surrogate = total(mul(weights, minimum(free, clipped)));
  const bonus = mul(entropyBonus, total(mul(weights, predictions.entropy)));
  const d = bounded(mul(present, sub(referenceLogProbs, logProbs)));
  const divergence = sub(sub(exp(d), 1), d);
  const forward = total(mul(weights, divergence));
  const slope = total(mul(weights, mul(detach(mul(ratio, neg(d))), logProbs)));
  const reverse = add(detach(forward), sub(slope, detach(slope)));
  const { forwardKl } = inputs;
  const penalty = mul(klPenalty, add(mul(forwardKl, forward), mul(sub(1, forwardKl), reverse)));
  return {
    loss: sub(penalty, add(surrogate, bonus)),
    clipped: total(mul(abs(weights), cast(greater(free, clipped), 'float32'))),
    drift: greatest(abs(sub(ratio, 1))),
    kl: total(mul(abs(weights), divergence)),
  };
}

/** `[n]` → `[n, 1]`. */
export function column(x: Tensor): Tensor {
  return reshape(x, [...x.shape, 1]);
}
