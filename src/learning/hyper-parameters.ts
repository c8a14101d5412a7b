/** Settings of one training step. */
export interface HyperParameters {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Greatest norm of the gradient over all parameters; `Infinity` for no clipping. */
  readonly maxNorm: number;
  /** Sampling temperature of the policy; logits are divided by it. */
  readonly temperature: number;
  /** ε of the clipped policy gradient. */
  readonly clip: number;
  /** Nats of entropy are worth this much each. */
  readonly entropyBonus: number;
  /** Each nat of divergence from the reference policy costs this much; 0 where a batch names no reference. */
  readonly klPenalty: number;
  /** Whether the penalty is that of KL(reference ‖ policy), as in runs from before behaviour 5. */
  readonly forwardKl: boolean;
  /** Log-ratios are cut off at ± this, nats; `Infinity` for no limit, as in runs from before behaviour 6. */
  readonly maxLogRatio: number;
}

export const DEFAULT_HYPER_PARAMETERS: HyperParameters = {
  lr: 3e-3,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  maxNorm: 1,
  temperature: 1,
  clip: 0.2,
  entropyBonus: 0,
  klPenalty: 0,
  forwardKl: false,
  maxLogRatio: 20,
};
