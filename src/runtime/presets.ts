import { NEWEST } from '../core/behaviours.ts';
import { DEFAULT_TRANSFORMER } from '../policies/parameters.ts';
import type { RunConfig } from './config.ts';

const base: RunConfig = {
  preset: 'quick',
  seed: 1,
  steps: 50,
  policies: 'per-role',
  model: DEFAULT_TRANSFORMER,
  vocab: 384,
  tasks: { train: 2000, heldOut: 200, harder: 60 },
  imitation: { chunks: 52, stepsPerChunk: 50, batchTokens: 1536, learningRate: 3e-3, designerShare: 0.1 },
  rollout: {
    tasksPerStep: 24,
    designs: 8,
    executions: 2,
    temperature: 1,
    designerTokens: 40,
    executorTokens: 48,
    dialect: 'javascript',
    budget: { calls: 12, tokens: 600, toolSteps: 1000 },
  },
  stage: { schedule: 'stagewise', steps: 10, first: 'executor' },
  credit: {
    callPrice: 0.05,
    tokenPrice: 0.0005,
    executorPays: false,
    executorGroup: 'design',
    executorFloor: 0.05,
    designerScale: 0.3,
    designerLimit: 3,
    novelty: 0,
    noveltyFloor: -5,
    rejected: -0.25,
  },
  learning: {
    executorRate: 4e-4,
    designerRate: 1e-3,
    executorEpochs: 1,
    designerEpochs: 2,
    batchTokens: 4096,
    clip: 0.2,
    maxGradientNorm: 1,
    beta1: 0.9,
    beta2: 0.98,
    entropyBonus: 0,
    klPenalty: 0,
    rehearsal: 6,
    warmUpSteps: 10,
  },
  evaluation: { cellTasks: 20, controls: false },
  shards: 2,
  behaviours: NEWEST,
};

/** The tables of docs/results were measured with none of the behaviours; a table that is measured anew may say otherwise. */
const { behaviours: _, ...asTabled } = base;

/** The named configurations of `troupe train --preset`. */
export const presets = {
  /** Coupled, as are the next two: learning from both roles' samples of every tree comes further, table (b) of the ablations. */
  quick: {
    ...base,
    steps: 45,
    tasks: { ...base.tasks, heldOut: 100 },
    stage: { ...base.stage, schedule: 'coupled', steps: 15 },
    evaluation: { cellTasks: 20, controls: true },
  },
  default: {
    ...base,
    preset: 'default',
    steps: 300,
    stage: { ...base.stage, schedule: 'coupled', steps: 15 },
    evaluation: { cellTasks: 20, controls: true },
  },
  long: {
    ...base,
    preset: 'long',
    steps: 1200,
    stage: { ...base.stage, schedule: 'coupled', steps: 30 },
    evaluation: { cellTasks: 50, controls: true },
  },
  /** The shape of the published runs: trees of 4 × 4 for 8 tasks, stages of 30 steps, executor groups by task. */
  paper: {
    ...base,
    preset: 'paper',
    steps: 400,
    rollout: { ...base.rollout, tasksPerStep: 8, designs: 4, executions: 4 },
    stage: { ...base.stage, steps: 30 },
    credit: { ...base.credit, executorGroup: 'task' },
    evaluation: { cellTasks: 50, controls: true },
  },
  /**
   * One arm of an ablation, on one core. Flat: twice as many tasks in place of a second execution of each design, which
   * tells arms apart in fewer steps (docs/results/tuning.md).
   */
  bench: {
    ...asTabled,
    preset: 'bench',
    steps: 100,
    tasks: { ...base.tasks, harder: 40 },
    rollout: { ...base.rollout, tasksPerStep: 48, executions: 1 },
    learning: { ...base.learning, executorEpochs: 2 },
    stage: { ...base.stage, steps: 10 },
    evaluation: { cellTasks: 0, controls: false },
    shards: 1,
  },
} as const satisfies Record<string, RunConfig>;
