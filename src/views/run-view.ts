import { z } from 'zod';
import { emptyTally, type Tally, tallyRollout } from '../../machines/tally.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import { TreeView } from './tree-view.ts';

/** One training step's figures, as recorded. */
export interface StepView {
  readonly step: number;
  readonly role: 'designer' | 'executor';
  readonly designerReward: number;
  readonly executorReward: number;
  /** Rejected scripts among all, 0 … 1. */
  readonly invalid: number;
  readonly zeroVariance: number;
  readonly groups: number;
  /** Mean KL estimate (nats per token) of the frozen role against the weights that sampled it. */
  drift: number | null;
  loss: number | null;
}

/** The band of stages that a session goes through. */
export type Phase = 'coldStart' | 'before' | 'executor' | 'designer' | 'after' | 'done';

const started = z.object({
  plan: z.object({
    imitationChunks: z.number(),
    steps: z.number(),
    stageSteps: z.number(),
    firstRole: z.enum(['executor', 'designer']),
    designs: z.number(),
    executions: z.number(),
  }),
  config: z.looseObject({ preset: z.string(), seed: z.number() }),
});
const imitated = z.object({ loss: z.number(), version: z.string() });
const picked = z.object({ key: z.string(), tasks: z.array(z.unknown()) });
const rolled = z.object({
  key: z.string(),
  output: z.object({
    family: z.string(),
    designs: z.number(),
    shapes: z.record(z.string(), z.number()),
    rejected: z.record(z.string(), z.number()),
    executions: z.number(),
    failed: z.record(z.string(), z.number()).default({}),
    killed: z.number().default(0),
    score: z.number(),
    calls: z.number(),
    branches: z.number().default(0),
    branchCalls: z.number().default(0),
  }),
});
const credited = z.object({
  role: z.enum(['designer', 'executor']),
  groups: z.number(),
  zeroVariance: z.number(),
  designerReward: z.number(),
  executorReward: z.number(),
  invalid: z.number(),
  designs: z.number(),
});
const learned = z.object({ version: z.string(), loss: z.number(), drift: z.number() });

/** A count of shapes for each family over the last step, and since when. */
export type ShapeMix = { readonly [family: string]: { readonly [shape: string]: number } };

/**
 * What a run looks like after some of its events: a fold, for screens, summaries and replay. The session's
 * events tell all but the trees of rollouts, and of these only the current step's or evaluation's are kept:
 * fed with the session's stream alone, and then with the streams of its scope, it is the same as fed with all.
 */
export class RunView {
  preset = '';
  seed = 0;
  plan = { imitationChunks: 0, steps: 0, stageSteps: 1, firstRole: 'executor', designs: 0, executions: 0 };
  phase: Phase = 'coldStart';
  step = 0;
  version = '';
  readonly losses: number[] = [];
  readonly steps: StepView[] = [];
  before: Tally = emptyTally;
  after: Tally = emptyTally;
  /** Rollouts finished and expected in the current step or evaluation. */
  progress = { done: 0, of: 0 };
  /** Shapes chosen per family, one entry per step. */
  readonly mixes: ShapeMix[] = [];
  /** Rejected scripts by cause, over the run. */
  readonly failures: { [cause: string]: number } = {};
  /** Executions that came to no answer, by cause, over the run. */
  readonly executionFailures: { [cause: string]: number } = {};
  /** Programs that only a wall clock stopped: where there are any, the run need not be reproducible. */
  killed = 0;
  /** Calls of finished rollouts: all that the session's stream alone can tell. */
  finishedCalls = 0;
  /** Branches that credit by forks played, and those of the finished calls that they cost. */
  branches = 0;
  branchCalls = 0;
  /** Name of the stream prefix whose trees are in view: `step/0003`, `eval/before`. */
  scope = '';
  tree = new TreeView();
  /** Calls and tokens sampled in this scope, and the time in ms that it took: from tasks picked to the last call. */
  sampledCalls = 0;
  sampledTokens = 0;
  samplingTime = 0;
  /** When the tasks of this scope were picked, and the calls of all scopes before it. */
  pickedAt = 0;
  callsBefore = 0;
  events = 0;
  firstTime = 0;
  /** When the first reinforcement step began. */
  firstStepTime = 0;
  lastTime = 0;
  lastEvent: StoredEvent | null = null;

  /** Policy calls so far, whether or not the events of earlier steps' trees were applied. */
  get calls(): number {
    return Math.max(this.finishedCalls, this.callsBefore + this.sampledCalls);
  }

  apply(event: StoredEvent): void {
    this.events = event.seq;
    if (this.firstTime === 0) this.firstTime = event.time;
    this.lastTime = event.time;
    this.lastEvent = event;
    if (event.stream === 'session') this.#session(event);
    else {
      if (event.type === 'called' && event.data.reused !== true) this.#count(event);
      this.tree.apply(event);
    }
  }

  #count(event: StoredEvent): void {
    this.sampledCalls++;
    this.samplingTime = event.time - this.pickedAt;
    const { tokens } = event.data;
    if (typeof tokens === 'number') this.sampledTokens += tokens;
  }

  #session(event: StoredEvent): void {
    switch (event.type) {
      case 'started': {
        const { plan, config } = started.parse(event.data);
        this.plan = plan;
        this.preset = config.preset;
        this.seed = config.seed;
        break;
      }
      case 'imitated': {
        const { loss, version } = imitated.parse(event.data);
        this.losses.push(loss);
        this.version = version;
        if (this.losses.length === this.plan.imitationChunks) this.phase = 'before';
        break;
      }
      case 'picked': {
        const { key, tasks } = picked.parse(event.data);
        this.scope = key;
        this.tree = new TreeView();
        this.pickedAt = event.time;
        this.callsBefore = this.finishedCalls;
        this.sampledCalls = 0;
        this.sampledTokens = 0;
        this.samplingTime = 0;
        this.progress = { done: 0, of: tasks.length };
        if (!key.startsWith('step/')) break;
        this.mixes.push({});
        if (this.firstStepTime === 0) this.firstStepTime = event.time;
        break;
      }
      case 'rollout.finished':
        this.#rollout(rolled.parse(event.data));
        break;
      case 'credited': {
        const { invalid, designs, ...rest } = credited.parse(event.data);
        this.steps.push({
          step: this.step,
          ...rest,
          invalid: invalid / Math.max(1, designs),
          drift: null,
          loss: null,
        });
        break;
      }
      case 'learned': {
        const { version, loss, drift } = learned.parse(event.data);
        const last = this.steps.at(-1);
        if (last !== undefined) Object.assign(last, { loss, drift });
        this.version = version;
        this.step++;
        this.#schedule();
        break;
      }
    }
  }

  #rollout({ key, output }: z.infer<typeof rolled>): void {
    this.progress = { ...this.progress, done: this.progress.done + 1 };
    this.finishedCalls += output.calls;
    this.branches += output.branches;
    this.branchCalls += output.branchCalls;
    this.killed += output.killed;
    for (const [cause, count] of Object.entries(output.rejected)) {
      this.failures[cause] = (this.failures[cause] ?? 0) + count;
    }
    for (const [cause, count] of Object.entries(output.failed)) {
      this.executionFailures[cause] = (this.executionFailures[cause] ?? 0) + count;
    }
    if (key.startsWith('eval/before')) this.before = tallyRollout(this.before, output);
    else if (key.startsWith('eval/after')) this.after = tallyRollout(this.after, output);
    else {
      const mix: { [shape: string]: number } = { ...this.mixes.at(-1)?.[output.family] };
      for (const [shape, count] of Object.entries(output.shapes)) mix[shape] = (mix[shape] ?? 0) + count;
      this.mixes[this.mixes.length - 1] = { ...this.mixes.at(-1), [output.family]: mix };
    }
    if (this.progress.done < this.progress.of) return;
    if (this.phase === 'before') this.#schedule();
    else if (this.phase === 'after') this.phase = 'done';
  }

  #schedule(): void {
    const { steps, stageSteps, firstRole } = this.plan;
    const even = Math.floor(this.step / stageSteps) % 2 === 0;
    if (this.step >= steps) this.phase = 'after';
    else this.phase = (firstRole === 'executor') === even ? 'executor' : 'designer';
  }
}
