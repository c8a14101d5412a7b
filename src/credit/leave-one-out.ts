import { average } from './advantage.ts';

/** What one call of an execution was worth, by counterfactuals. */
export interface CallWorth {
  readonly call: string;
  /** Score of the execution less the mean score of its branches in which this call was drawn anew. */
  readonly credit: number;
  /** Half the width of the 95 % interval of that mean; null where fewer than two branches were run. */
  readonly halfWidth: number | null;
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
  const mean = average(branches);
  return { call, credit: score - mean, halfWidth: halfWidth(branches, mean), branches };
}

/** Student's t at 97.5 % for 1, 2, … degrees of freedom; 1.96 beyond the table (error below 2 %). */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function halfWidth(values: readonly number[], mean: number): number | null {
  const { length } = values;
  if (length < 2) return null;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1);
  return (T_975[length - 2] ?? 1.96) * Math.sqrt(variance / length);
}
