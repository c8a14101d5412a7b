import { nextEvaluation } from '../../machines/evaluations.ts';
import { learnersOf } from '../../machines/stages.ts';
import { cellName, emptyTally, scoreOf, type Tally, tallyRollout } from '../../machines/tally.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import {
  credited,
  imitated,
  learned,
  type PlanView,
  picked,
  type RolledEvent,
  rolled,
  started,
} from './session-events.ts';
import { type ShapeMix, withShapes } from './shape-mix.ts';
import type { StepView } from './step-view.ts';
import { TreeView } from './tree-view.ts';
import { measured, UNMEASURED } from './update-figures.ts';

/** The band of stages that a session goes through. */
export type Phase = 'coldStart' | 'before' | 'executor' | 'designer' | 'coupled' | 'cells' | 'after' | 'done';

const NO_PLAN: PlanView = {
  imitationChunks: 0,
  steps: 0,
  stageSteps: 1,
  firstRole: 'executor',
  schedule: 'stagewise',
  policies: 'shared',
  designs: 0,
  executions: 0,
  evaluation: { cellTasks: 0, harder: false, controls: [], samples: 1 },
};

/**
 * What a run looks like after some of its events: a fold, for screens, summaries and replay. The session's
 * events tell all but the trees of rollouts, and of these only the current step's or evaluation's are kept:
 * fed with the session's stream alone, and then with the streams of its scope, it is the same as fed with all.
 */
export class RunView {
  preset = '';
  seed = 0;
  plan: PlanView = NO_PLAN;
  phase: Phase = 'coldStart';
  step = 0;
  version = '';
  readonly losses: number[] = [];
  readonly steps: StepView[] = [];
  /** The family of each held-out task, in the tasks' order. */
  families: string[] = [];
  /** What evaluations found, by their keys; and the mean score of each of their tasks, in the tasks' order. */
  readonly tallies: { [key: string]: Tally } = {};
  readonly scores: { [key: string]: number[] } = {};
  /** How many samples solved each task, where there are several of each. */
  readonly solved: { [key: string]: number[] } = {};
  /** Rollouts finished and expected in the current step or evaluation. */
  progress = { done: 0, of: 0 };
  /** Scores of the executions of this step, and how many there would be if no script had been rejected. */
  scored = { sum: 0, of: 0 };
  /** Shapes drawn in training, one entry per step. */
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

  /** Held-out tasks after the cold start, and at the end. */
  get before(): Tally {
    return this.tallies.before ?? emptyTally;
  }
  get after(): Tally {
    return this.tallies.after ?? emptyTally;
  }

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
        if (this.losses.length === this.plan.imitationChunks) this.#schedule();
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
        this.scored = { sum: 0, of: 0 };
        if (key === 'eval/before') this.families = tasks.map(({ family }) => family);
        if (!key.startsWith('step/')) {
          this.tallies[evaluationOf(key)] = emptyTally;
          this.scores[evaluationOf(key)] = [];
          break;
        }
        this.mixes.push({});
        if (this.firstStepTime === 0) this.firstStepTime = event.time;
        break;
      }
      case 'rollout.finished':
        this.#rollout(rolled.parse(event.data));
        break;
      case 'credited': {
        const { invalid, designs, entropy, ...rest } = credited.parse(event.data);
        this.steps.push({
          step: this.step,
          ...rest,
          score: rest.role === 'executor' ? rest.executorReward : this.#designScore(),
          invalid: invalid / Math.max(1, designs),
          ...UNMEASURED,
          entropy,
        });
        break;
      }
      case 'learned': {
        const { role, version, ...figures } = learned.parse(event.data);
        const { step } = this;
        const view = this.steps.findLast((each) => each.step === step && each.role === (role ?? each.role));
        if (view !== undefined) {
          const { entropy, ...rest } = measured({ version, ...figures }, this.plan);
          Object.assign(view, rest, { entropy: view.entropy ?? entropy });
        }
        this.version = version;
        const last = learnersOf(step, this.plan).at(-1);
        if (role !== undefined && role !== last) break;
        this.step++;
        this.#schedule();
        break;
      }
    }
  }

  #rollout({ key, output }: RolledEvent): void {
    this.progress = { ...this.progress, done: this.progress.done + 1 };
    const { sum, of } = this.scored;
    this.scored = { sum: sum + output.score, of: of + output.designs * this.plan.executions };
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
    if (key.startsWith('eval/')) this.#evaluated(evaluationOf(key), output);
    else {
      const kind = cellName(output.family, output.attribute);
      this.mixes[this.mixes.length - 1] = withShapes(this.mixes.at(-1) ?? {}, kind, output.shapes);
    }
    if (key.startsWith('eval/') && this.progress.done === this.progress.of) this.#schedule();
  }

  #designScore(): number {
    return this.scored.sum / Math.max(1, this.scored.of);
  }

  #evaluated(key: string, output: RolledEvent['output']): void {
    this.tallies[key] = tallyRollout(this.tallies[key] ?? emptyTally, output);
    this.scores[key]?.push(scoreOf(output));
    if (output.solved !== undefined) this.solved[key] = [...(this.solved[key] ?? []), output.solved];
  }

  /** What the session does next: the same question that its machine asks. */
  #schedule(): void {
    const { plan, step, tallies } = this;
    const evaluation = nextEvaluation(plan, { step, began: '', tallies });
    const [role = 'executor', ...others] = learnersOf(step, plan);
    if (evaluation !== null) this.phase = phaseOf(evaluation.key);
    else if (step >= plan.steps) this.phase = 'done';
    else this.phase = others.length > 0 ? 'coupled' : role;
  }
}

/** `before` of `eval/before/0007`. */
function evaluationOf(name: string): string {
  return name.split('/')[1] ?? '';
}

function phaseOf(evaluation: string): Phase {
  if (evaluation === 'before') return 'before';
  return evaluation.startsWith('stage_') ? 'cells' : 'after';
}
