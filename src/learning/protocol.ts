import type { TransformerConfig } from '../policies/parameters.ts';
import type {
  HyperParameters,
  LearnerOptions,
  LearnerState,
  StepStats,
  TokenBatch,
  TrainingBatch,
} from './learner.ts';

/** What the learner's thread is started with. */
export interface LearnerSetup extends LearnerOptions {
  readonly config: TransformerConfig;
}

export type LearnerRequest =
  /** Ends the thread after the training step in progress. */
  | { readonly kind: 'close' }
  | {
      readonly kind: 'train';
      readonly state: LearnerState;
      readonly batches: readonly TrainingBatch[];
      /** One for each batch. */
      readonly hyper: readonly HyperParameters[];
    }
  | {
      readonly kind: 'score';
      readonly weights: Float32Array;
      readonly batches: readonly TokenBatch[];
      readonly temperature: number;
    };

export interface Trained {
  readonly state: LearnerState;
  readonly stats: readonly StepStats[];
}

export type LearnerReply =
  | { readonly ok: true; readonly id: number; readonly result: Trained | readonly Float32Array[] | null }
  | { readonly ok: false; readonly id: number; readonly message: string };
