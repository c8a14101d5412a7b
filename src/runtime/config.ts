import { z } from 'zod';
import { SCHEDULES } from '../../machines/stages.ts';
import { behaves, NEWEST } from '../core/behaviours.ts';
import { UserError } from '../core/errors.ts';
import { probablyMeant } from '../core/nearest.ts';
import type { CreditSettings } from '../credit/credit.ts';
import { parameterLayout } from '../policies/parameters.ts';
import { Tokenizer } from '../policies/tokenizer.ts';
import { learningChangeSchema, learningSchema } from './learning-schema.ts';
import { presets } from './presets.ts';

const count = z.number().int().positive();
const amount = z.number().int().min(0);
const fraction = z.number().min(0).max(1);

/** A fork's origin. Its events up to and with `at` are those of the parent, but for the changed one. */
const forkSchema = z.strictObject({
  parent: z.string(),
  /** Position of the first event that is not the parent's, and its place. */
  at: count,
  stream: z.string(),
  version: z.number().int().min(0),
  /** Whether that event was set, in place of being decided again. */
  set: z.boolean(),
  /** Names the fresh random streams after the fork; the parent's are drawn from where it is left out. */
  fresh: z.string().optional(),
  /** Roles that are played by another policy version from here on: the version's hash. */
  policies: z.strictObject({ designer: z.string().optional(), executor: z.string().optional() }).optional(),
  /** Settings of learning that are others from here on, until an update notes otherwise. */
  learning: learningChangeSchema.optional(),
});
export type Fork = z.infer<typeof forkSchema>;

/** Whose weights, tasks and tokenizer a run begins with; they are blobs of its own, and this says where they are from. */
const startSchema = z.strictObject({ run: z.string(), label: z.string(), version: z.string() });

/** Everything that a run's results depend on, besides the code. It is part of the first event of the log. */
export const configSchema = z.strictObject({
  preset: z.string(),
  seed: z.number().int().min(0).max(0xffffffff),
  /** Reinforcement steps, 0 for the cold start alone; stream names have four digits for them. */
  steps: z.number().int().min(0).max(9999),
  /** One model for both roles, or one each. */
  policies: z.enum(['shared', 'per-role']),
  model: z.strictObject({
    dim: count,
    layers: count,
    heads: count,
    hidden: count,
    context: count.multipleOf(8),
  }),
  /** Size of the tokenizer's vocabulary. */
  vocab: count,
  /** The families of the kit that it trains on; all of them if left out. */
  families: z.array(z.string()).min(1).optional(),
  /** Tasks per family in each of the sets. */
  tasks: z.strictObject({ train: count, heldOut: count, harder: amount.default(0) }),
  imitation: z.strictObject({
    chunks: count,
    stepsPerChunk: count,
    /** Token positions of one minibatch, padding included. */
    batchTokens: count,
    learningRate: z.number().positive(),
    /** Share of designer demonstrations among the sequences. */
    designerShare: fraction,
  }),
  rollout: z.strictObject({
    tasksPerStep: count,
    /** M and N. Rollouts are flat where N is 1: then an executor's group is the task's. */
    designs: count,
    executions: count,
    /**
     * A script that takes the designer's place in training and in the run's own evaluations, or one for each family, and for
     * those of its attributes that want another (`memo/tested`).
     */
    design: z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]).optional(),
    temperature: z.number().positive(),
    designerTokens: count,
    executorTokens: count,
    /** Characters of a tool's result that an agent reads, with a mark where it is cut; left out, 40 and no mark. */
    toolCharacters: count.optional(),
    /** The language that the designer writes. */
    dialect: z.enum(['javascript', 'python', 'auto']).default('javascript'),
    /** Worst case that a design may come to. */
    budget: z
      .strictObject({ calls: count, tokens: count, toolSteps: count })
      .default({ calls: 12, tokens: 600, toolSteps: 1000 }),
  }),
  /** Who learns when, K, and whose stage is the first where they take turns. */
  stage: z.strictObject({
    schedule: z.enum(SCHEDULES).default('stagewise'),
    steps: count,
    first: z.enum(['executor', 'designer']),
  }),
  credit: z.strictObject({
    /** Units of score per call of an execution beyond the first, and per token that it samples. */
    callPrice: z.number().min(0),
    tokenPrice: z.number().min(0).default(0),
    /** Whether prices lower the executor's reward too; credit by forks looks at scores alone. */
    executorPays: z.boolean().default(false),
    executorGroup: z.enum(['design', 'task']),
    executorFloor: z.number().positive(),
    /** What executor advantages below 0 are multiplied by; 1 if left out. */
    executorNegative: fraction.optional(),
    designerScale: z.number().positive(),
    designerLimit: z.number().positive(),
    novelty: z.number().min(0),
    /** What novelty has come to at the last step, linearly; it stays as it is if left out. */
    noveltyEnd: z.number().min(0).optional(),
    /** What a rejected script earns. */
    rejected: z.number().max(0).default(0),
    noveltyFloor: z.number(),
    /** Branches of each executor call: credit by forks. Left out, executions of a design are compared. */
    draws: count.max(99).optional(),
  }),
  learning: learningSchema,
  /** What is evaluated besides held-out tasks before and after, and harder ones after. */
  evaluation: z
    .strictObject({
      /** Tasks of each family for {old, new} designer × {old, new} executor after each stage; 0 for none. */
      cellTasks: amount,
      /** Controls at the end: single agent, self-consistency, every fixed design, and the best of them for each kind of task. */
      controls: z.boolean(),
      /** Samples of each task, one design and one execution each, in all of the run's evaluations; 1 if left out. */
      samples: count.optional(),
    })
    .default({ cellTasks: 0, controls: false }),
  /** Gradient shards of a training step: part of the result, because it changes the order of sums. */
  shards: count,
  /** Given, there is no cold start: another run's weights, tasks and tokenizer are taken over. */
  start: startSchema.optional(),
  /** Numbers of the behaviours that the run was recorded with (see core/behaviours.ts); a run that notes none is older than they are. */
  behaviours: z
    .array(
      count.refine((number) => NEWEST.includes(number), {
        error: ({ input }) => `there is no behaviour ${String(input)} in this version of Troupe`,
      }),
    )
    .readonly()
    .optional(),
  /** Where the run branched off another one, and that one off another, oldest first. */
  forks: z.array(forkSchema).optional(),
});
export type RunConfig = z.infer<typeof configSchema>;

/** Chunks of a run's own cold start. One that begins with weights of another run takes them over as one chunk. */
export function coldStartChunks({ start, imitation }: RunConfig): number {
  return start === undefined ? imitation.chunks : 1;
}

/** A preset with the user's changes; a {@link UserError} says which value is out of range. */
export function configure(preset: string, changes: { readonly [key: string]: unknown }): RunConfig {
  const chosen = Object.entries(presets).find(([name]) => name === preset)?.[1];
  if (chosen === undefined) {
    const known = Object.keys(presets).join(', ');
    throw new UserError('unknown-preset', `There is no preset "${preset}"; choose one of ${known}.`);
  }
  return changed(chosen, changes);
}

/** A configuration with the user's changes; a {@link UserError} says which value is out of range. */
export function changed(config: RunConfig, changes: { readonly [key: string]: unknown }): RunConfig {
  const parsed = configSchema.safeParse({ ...config, ...changes });
  if (parsed.success) return consistent(parsed.data);
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    throw unknownSetting(config, issue.path.map(String), issue.keys[0] ?? '');
  const list = issue?.code === 'invalid_type' && issue.expected === 'array' ? ', such as ["arithmetic"]' : '';
  throw new UserError(
    'bad-config',
    `The setting ${issue?.path.join('.') ?? ''} is not usable: ${issue?.message ?? 'invalid'}${list}; see "troupe train --help".`,
  );
}

function unknownSetting(config: RunConfig, path: readonly string[], key: string): UserError {
  const group = path.reduce<unknown>(
    (value, name) => Object.entries(value ?? {}).find(([each]) => each === name)?.[1],
    config,
  );
  const meant = probablyMeant(key, Object.keys(group ?? {}));
  const name = (last: string) => [...path, last].join('.');
  const hint = meant === undefined ? '' : `did you mean ${name(meant)}? `;
  return new UserError('no-setting', `There is no setting ${name(key)}; ${hint}docs/settings.md lists them.`);
}

/** What no machine that Troupe is for gets through: said at once, and not after minutes of making tasks. */
function feasible({ vocab, tasks, rollout }: RunConfig): void {
  const largest = [
    ['tasks.train', tasks.train, 1_000_000],
    ['tasks.heldOut', tasks.heldOut, 1_000_000],
    ['tasks.harder', tasks.harder, 1_000_000],
    ['rollout.tasksPerStep', rollout.tasksPerStep, 100_000],
  ] as const;
  for (const [name, value, limit] of largest) {
    if (value > limit) {
      throw new UserError(
        'bad-config',
        `The setting ${name} is not usable: ${value} is more than ${limit}, the most.`,
      );
    }
  }
  if (vocab < Tokenizer.smallest) {
    throw new UserError(
      'bad-config',
      `The setting vocab is not usable: ${vocab} is less than ${Tokenizer.smallest}, which single characters and marks take.`,
    );
  }
}

/** Settings that exclude each other. Throws a UserError for those that do. */
function consistent(config: RunConfig): RunConfig {
  feasible(config);
  parameterLayout({ ...config.model, vocab: config.vocab });
  if (config.rollout.design === undefined || config.stage.schedule === 'executor-only') return config;
  throw new UserError(
    'designer-replaced',
    'With a fixed design (rollout.design) there is no designer to train; set stage.schedule to executor-only, or leave the design out.',
  );
}

/**
 * How credit is assigned in a step. In flat rollouts no design is executed twice, so that executions are compared by
 * task.
 */
export function creditSettings(
  { credit, rollout, steps, behaviours }: Pick<RunConfig, 'credit' | 'rollout' | 'steps' | 'behaviours'>,
  step: number,
): CreditSettings {
  const { novelty, noveltyEnd = novelty } = credit;
  const progress = steps < 2 ? 0 : step / (steps - 1);
  return {
    ...credit,
    sumsInOrder: !behaves(behaviours, 'rewardInAnyOrder'),
    novelty: novelty + (noveltyEnd - novelty) * progress,
    ...(rollout.executions === 1 ? { executorGroup: 'task' as const } : {}),
  };
}
