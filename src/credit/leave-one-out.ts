import { clusteredShare } from '../core/interval.ts';
import { average } from './advantage.ts';

/** What one call of an execution was worth, by counterfactuals. */
export interface CallWorth {
  readonly call: string;
  /** Score of the execution less the mean score of its branches in which this call was drawn anew. */
  readonly credit: number;
  /** Limits of the 95 % interval that the draws leave to it (Wilson's, of the mean score of so many branches). */
  readonly low: number;
  readonly high: number;
  /** How far the farther limit is from the credit. */
  readonly halfWidth: number;
  readonly branches: readonly number[];
}

/**
 * Runs branches of an execution; implemented by the runtime. `draw` numbers the draws of a call, so that a
 * branch can be run again.
 */
export type RunBranch = (call: string, draw: number) => Promise<{ score: number; sampled: number }>;

export interface ForkCredit {
  readonly score: number;
  readonly worth: readonly CallWorth[];
  /** Policy calls that the branches cost. */
  readonly policyCalls: number;
}

/**
 * Leave-one-out credit from replay: for each call, the execution's score against the mean over `draws`
 * executions that differ in that call alone (and in what follows from it, under common random numbers). In
 * the spirit of the counterfactual baseline of COMA (Foerster et al. 2018) and of C3 (arXiv 2603.06859), by
 * re-execution in place of a critic.
 */
export async function forkCredit(
  score: number,
  calls: readonly string[],
  draws: number,
  run: RunBranch,
): Promise<ForkCredit> {
  let policyCalls = 0;
  const worth: CallWorth[] = [];
  for (const call of calls) {
    const results = await Promise.all(Array.from({ length: draws }, (_, draw) => run(call, draw)));
    policyCalls += results.reduce((sum, { sampled }) => sum + sampled, 0);
    worth.push(
      callWorth(
        call,
        score,
        results.map((each) => each.score),
      ),
    );
  }
  return { score, worth, policyCalls };
}

/** Leave-one-out credit of one call: the execution's score against the mean score of the call's branches. */
export function callWorth(call: string, score: number, branches: readonly number[]): CallWorth {
  const { low, high, halfWidth } = clusteredShare(branches);
  return {
    call,
    credit: score - average(branches),
    low: score - high,
    high: score - low,
    halfWidth,
    branches,
  };
}
