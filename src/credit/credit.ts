import type { Role } from '../policies/prompt.ts';
import { average, centre, type GroupAdvantages, normalise, scaleOf } from './advantage.ts';
import { callWorth } from './leave-one-out.ts';
import { designReward, executionReward, type RewardSettings } from './reward.ts';
import type { DesignTree, ExecutionTree, LoggedCall, TaskTree } from './tree.ts';

export interface CreditSettings extends RewardSettings {
  /** Executions are compared within one design's text, or over all designs of the task. */
  readonly executorGroup: 'design' | 'task';
  readonly executorFloor: number;
  /** What an executor's advantages below 0 are multiplied by, 1 if left out: at 0 it learns from what went well alone. */
  readonly executorNegative?: number | undefined;
  readonly designerScale: number;
  readonly designerLimit: number;
  /** Reward of a valid design for being improbable: −novelty · max(log p, noveltyFloor). 0 turns it off. */
  readonly novelty: number;
  readonly noveltyFloor: number;
  /** Branches of each executor call: given, an executor's call is compared with them and not with other executions. */
  readonly draws?: number | undefined;
}

/** The advantage of one call, named by its stream and key. */
export interface CallCredit {
  readonly stream: string;
  readonly key: string;
  readonly advantage: number;
}

export interface StepCredit {
  readonly role: Role;
  readonly samples: readonly CallCredit[];
  readonly groups: number;
  /** Groups without variance: they teach nothing. */
  readonly zeroVariance: number;
  readonly designerReward: number;
  readonly executorReward: number;
  readonly invalid: number;
  readonly designs: number;
  readonly executions: number;
  /** Of the role's samples, nats per token; null where it sampled nothing, and in older runs. */
  readonly entropy: number | null;
}

/** Credit of one step for a role that learns in it, as a pure function of what the log holds. */
export function assignCredit(trees: readonly TaskTree[], role: Role, settings: CreditSettings): StepCredit {
  const designs = trees.flatMap((tree) => tree.designs);
  const executions = designs.flatMap((design) => design.executions);
  const calls =
    role === 'designer'
      ? designs.flatMap(({ call }) => call ?? [])
      : executions.flatMap((execution) => execution.calls);
  const groups = role === 'designer' ? designerGroups(trees, settings) : executorGroups(trees, settings);
  return {
    role,
    samples: groups.flatMap((group) => group ?? []),
    groups: groups.length,
    zeroVariance: groups.filter((group) => group === null).length,
    designerReward: average(designs.map((design) => designReward(design, settings))),
    executorReward: average(executions.map((execution) => execution.score)),
    invalid: designs.filter((design) => design.rejected !== null).length,
    designs: designs.length,
    executions: executions.length,
    entropy: sampledEntropy(calls),
  };
}

/**
 * Entropy of the distributions that a role drew its tokens from, nats per token: the mean of −log p over all tokens that
 * were sampled, learned from or not, which estimates it without bias and without a look at the policy. Null if there are none.
 */
function sampledEntropy(calls: readonly LoggedCall[]): number | null {
  let [sum, tokens] = [0, 0];
  for (const { call, sampled } of calls) {
    if (!sampled) continue;
    for (const logProb of call.logProbs) sum -= logProb;
    tokens += call.logProbs.length;
  }
  return tokens === 0 ? null : sum / tokens;
}

type Group = readonly CallCredit[] | null;

/** A task's M designs are one group; each design is one call. */
function designerGroups(trees: readonly TaskTree[], settings: CreditSettings): Group[] {
  return trees.map(({ designs }) => {
    const rewards = designs.map((design) => designReward(design, settings) + noveltyOf(design, settings));
    const advantages = centre(rewards, settings.designerScale, settings.designerLimit);
    return spread(
      designs.map(({ call }) => (call === null ? [] : [call])),
      advantages,
    );
  });
}

function noveltyOf(design: DesignTree, settings: CreditSettings): number {
  const { call, rejected } = design;
  if (settings.novelty === 0 || rejected !== null || call === null) return 0;
  const logProb = call.call.logProbs.reduce((sum, value) => sum + value, 0);
  return -settings.novelty * Math.max(logProb, settings.noveltyFloor);
}

/** Executions of one design text (or of the whole task) are one group; every call shares its execution's. */
function executorGroups(trees: readonly TaskTree[], settings: CreditSettings): Group[] {
  return trees.flatMap((tree) => {
    const pools = new Map<string, ExecutionTree[]>();
    for (const design of tree.designs) {
      const pool = settings.executorGroup === 'design' ? design.script : '';
      pools.set(pool, [...(pools.get(pool) ?? []), ...design.executions]);
    }
    return [...pools.values()]
      .filter((pool) => pool.length > 0)
      .map((pool) =>
        settings.draws === undefined ? byExecution(pool, settings) : byBranches(pool, settings),
      )
      .map((group) => damped(group, settings));
  });
}

/**
 * A faithful copy of a misread text fails and a revision is asked for only where a draft has failed, so that much of
 * what an executor is blamed for is none of its doing. A group that holds nothing but blame teaches nothing without it.
 */
function damped(group: Group, { executorNegative = 1 }: CreditSettings): Group {
  if (group === null || executorNegative === 1) return group;
  const credits = group.map((credit) =>
    credit.advantage < 0 ? { ...credit, advantage: credit.advantage * executorNegative } : credit,
  );
  return teaches(credits) ? credits : null;
}

function byExecution(pool: readonly ExecutionTree[], settings: CreditSettings): Group {
  const rewards = pool.map((execution) => executionReward(execution, settings));
  return spread(
    pool.map((execution) => execution.calls),
    normalise(rewards, settings.executorFloor),
  );
}

/**
 * Leave-one-out credit of each call, in the same unit as the advantages of executions: divided by the deviation of
 * all scores that the group has seen, those of branches among them. A group whose credits are all 0 teaches nothing.
 */
function byBranches(pool: readonly ExecutionTree[], { executorFloor }: CreditSettings): Group {
  const calls = pool.flatMap(({ score, calls }) => calls.map((each) => ({ ...each, score })));
  const scale = scaleOf(
    [...pool.map(({ score }) => score), ...calls.flatMap(({ branches }) => branches)],
    executorFloor,
  );
  const credits = calls
    .filter(({ branches }) => branches.length > 0)
    .map(({ stream, call: { key }, score, branches }) => {
      const { credit } = callWorth(`${stream}/${key}`, score, branches);
      return { stream, key, advantage: credit / scale };
    });
  return teaches(credits) ? credits : null;
}

function teaches(credits: readonly CallCredit[]): boolean {
  return credits.some(({ advantage }) => advantage !== 0);
}

function spread(members: readonly (readonly LoggedCall[])[], advantages: GroupAdvantages): Group {
  if (advantages === null) return null;
  return members.flatMap((calls, index) =>
    calls.map(({ stream, call }) => ({ stream, key: call.key, advantage: advantages[index] ?? 0 })),
  );
}
