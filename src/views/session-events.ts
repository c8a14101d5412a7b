import { z } from 'zod';
import { ROLES, SCHEDULES } from '../../machines/stages.ts';

/** The part of the session's events that views read. Members that older runs do not have are filled in. */
export const started = z.object({
  plan: z.object({
    imitationChunks: z.number(),
    steps: z.number(),
    stageSteps: z.number(),
    firstRole: z.enum(ROLES),
    schedule: z.enum(SCHEDULES).default('stagewise'),
    policies: z.enum(['shared', 'per-role']).default('shared'),
    designs: z.number(),
    executions: z.number(),
    design: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
    evaluation: z
      .object({
        cellTasks: z.number(),
        harder: z.boolean(),
        controls: z.array(z.string()),
        samples: z.number().default(1),
      })
      .default({ cellTasks: 0, harder: false, controls: [], samples: 1 }),
  }),
  config: z.looseObject({ preset: z.string(), seed: z.number() }),
});
/** A session's plan, as far as views need it. */
export type PlanView = z.infer<typeof started>['plan'];

export const imitated = z.object({ loss: z.number(), version: z.string() });
export const picked = z.object({ key: z.string(), tasks: z.array(z.looseObject({ family: z.string() })) });
export const rolled = z.object({
  key: z.string(),
  output: z.object({
    family: z.string(),
    attribute: z.string().default(''),
    designs: z.number(),
    shapes: z.record(z.string(), z.number()),
    rejected: z.record(z.string(), z.number()),
    executions: z.number(),
    failed: z.record(z.string(), z.number()).default({}),
    killed: z.number().default(0),
    score: z.number(),
    solved: z.number().exactOptional(),
    calls: z.number(),
    tokens: z.number().default(0),
    branches: z.number().default(0),
    branchCalls: z.number().default(0),
  }),
});
export type RolledEvent = z.infer<typeof rolled>;
/** A figure that older runs, or runs of some schedules, do not have. */
const figure = z.number().nullable().default(null);
export const credited = z.object({
  role: z.enum(ROLES),
  groups: z.number(),
  zeroVariance: z.number(),
  designerReward: z.number(),
  executorReward: z.number(),
  invalid: z.number(),
  designs: z.number(),
  entropy: figure,
});
/** The figures of an update; `UpdateFigures` says what each of them is. */
export const updateFigures = {
  updates: figure,
  sequences: figure,
  loss: figure,
  entropy: figure,
  kl: figure,
  drift: figure,
  clipFraction: figure,
  gradientNorm: figure,
  ratioError: figure,
};
export const learned = z.object({ role: z.enum(ROLES).optional(), version: z.string(), ...updateFigures });
export type LearnedEvent = z.infer<typeof learned>;
