import type { Role } from '../../machines/stages.ts';
import type { UpdateFigures } from './update-figures.ts';

/** One training step's figures for a role that learned in it, as recorded. */
export interface StepView extends UpdateFigures {
  readonly step: number;
  readonly role: Role;
  readonly designerReward: number;
  readonly executorReward: number;
  /**
   * Mean score of what the role did: of an executor's executions; of a designer's scripts, where a rejected one scores 0. Without
   * prices.
   */
  readonly score: number;
  /** Rejected scripts among all, 0 … 1. */
  readonly invalid: number;
  readonly zeroVariance: number;
  readonly groups: number;
}
