import { z } from 'zod';
import type { EventLog, EventReader } from '../../store/event-log.ts';
import { behaves } from '../core/behaviours.ts';
import { UserError } from '../core/errors.ts';
import type { Allowance } from '../designs/checks.ts';
import { PythonJail } from '../designs/python/jail.ts';
import { DesignReader } from '../designs/reader.ts';
import { LearnerThread } from '../learning/learner-thread.ts';
import { EmbeddedPolicy, type EmbeddedPolicyOptions } from '../policies/embedded-policy.ts';
import type { PlayingPolicy } from '../policies/policy.ts';
import type { Role } from '../policies/prompt.ts';
import { QuickJsSandbox } from '../tasks/quickjs-sandbox.ts';
import type { Sandbox } from '../tasks/sandbox.ts';
import { TaskIndex } from '../tasks/task-set.ts';
import { JS_TOOL, PYTHON_TOOL } from '../tasks/tool.ts';
import { momentProblems } from './blob-check.ts';
import { Cast } from './cast.ts';
import type { RunConfig } from './config.ts';
import type { Effects } from './effect.ts';
import { actingEffects } from './effects/acting.ts';
import { imitatingEffect } from './effects/imitating.ts';
import { creditEffect, learnEffect, type Rehearsal } from './effects/learning.ts';
import { pickingEffect } from './effects/picking.ts';
import { recallEffect } from './effects/recalling.ts';
import { BranchCalls } from './fork/branch-calls.ts';
import { callsBefore, forkedModel, forkedPolicy, forkedWeights } from './fork/front.ts';
import type { Kit } from './kit.ts';
import type { LearningChange } from './learning-schema.ts';
import type { Material } from './material.ts';
import { Models, weightsOf } from './models.ts';
import { copyFor } from './task-ref.ts';

export interface Hardware {
  /** Threads that sample; results do not depend on their number. */
  readonly samplers: number;
  /**
   * Threads within an operator of ONNX Runtime. With any number but 1, which it is if left out, sums are split
   * otherwise: to verify within a tolerance, as on a machine of other arithmetic.
   */
  readonly threads?: number | undefined;
}

export interface TroupeOptions {
  /** The recording that is executed again. */
  readonly recorded?: EventReader | undefined;
  /** Where the executions are that get branched, if not in the log. */
  readonly branched?: EventReader | undefined;
  /** Settings of learning that this attempt goes on with. */
  readonly change?: LearningChange | undefined;
  /** Makes the policy that plays, where it is not the embedded one. */
  readonly policy?: ((options: EmbeddedPolicyOptions) => PlayingPolicy) | undefined;
}

/** The threads, models and effects of one attempt at a run. */
export class Troupe {
  readonly effects: Effects;
  readonly models: Models;
  readonly #rehearsal: Rehearsal;
  readonly #policy: PlayingPolicy;
  readonly #cast: Cast;
  readonly #learner: LearnerThread;
  readonly #sandbox: Sandbox;
  readonly #jail: PythonJail;

  constructor(
    config: RunConfig,
    material: Material,
    kit: Kit,
    log: EventLog,
    hardware: Hardware,
    options: TroupeOptions = {},
  ) {
    const { recorded, branched = log, policy = (setup) => new EmbeddedPolicy(setup) } = options;
    const { tasks, tokenizer } = material;
    const index = new TaskIndex(tasks);
    this.models = new Models(config, tokenizer.size);
    this.#sandbox = new QuickJsSandbox();
    this.#jail = new PythonJail();
    const { samplers, threads } = hardware;
    this.#learner = new LearnerThread({ config: this.models.transformer, shards: config.shards, threads });
    this.#policy = policy({
      config: this.models.transformer,
      tokenizer,
      seed: config.seed,
      workers: samplers,
      threads,
      models: { designer: this.models.modelOf('designer'), executor: this.models.modelOf('executor') },
    });
    this.#cast = new Cast({ policy: this.#policy, modelOf: (role) => this.models.modelOf(role) });
    this.#rehearsal = {
      config,
      log,
      models: this.models,
      learner: this.#learner,
      tokenizer,
      tasks,
      kit,
      start: material.start,
      recorded,
      change: options.change,
      load: () => this.load(),
    };
    const reader = new DesignReader({
      library: kit.library,
      sandbox: this.#sandbox,
      jail: this.#jail,
      allowance: allowanceOf(config),
    });
    const forks = config.forks ?? [];
    const isBefore = recorded === undefined ? () => false : callsBefore(recorded, forks);
    const branches = new BranchCalls(this.#policy, tokenizer, branched);
    const front = forks.length === 0 ? branches : forkedPolicy(branches, forks, isBefore);
    const rehearsal = this.#rehearsal;
    this.effects = {
      ...actingEffects({
        config,
        policy: this.#cast.front(front),
        sandbox: this.#sandbox,
        jail: this.#jail,
        reader,
        library: kit.library,
        verifier: kit.verifier,
        task: (id) => index.get(id),
        taskOf: (text) => index.withText(text),
        observe: (family, text, agent) =>
          copyFor(this.#cast.draws(agent), text, { seed: config.seed, family, families: kit.families }),
      }),
      pick: this.#cast.picking(pickingEffect(config, tasks, kit.families), log),
      recall: recallEffect(log),
      imitate: imitatingEffect(rehearsal),
      credit: creditEffect(rehearsal),
      learn: learnEffect(rehearsal),
    };
  }

  /** Takes up where the log stands: the weights of its last `imitated` or `learned` event, and who plays. */
  async restore(log: EventLog): Promise<void> {
    const last = log
      .read('session')
      .findLast((event) => event.type === 'imitated' || event.type === 'learned');
    if (last === undefined) return;
    const { label, version } = labelSchema.parse(last.data);
    const [problem] = momentProblems(log);
    if (problem !== undefined) {
      throw new UserError(
        'moments-altered',
        `The run cannot go on: ${problem}; restore the store from a copy, or begin another run with "troupe train --from".`,
      );
    }
    this.models.restore(log, label);
    if (this.models.version !== version) {
      throw new UserError(
        'weights-altered',
        `The weights of ${label} in the store are not those that the run learned; "troupe store check" says more.`,
      );
    }
    await this.load();
    await this.#cast.takeFrom(log);
  }

  /** Who played the evaluations of `recorded` that these streams belong to plays them from now on. */
  async castAs(recorded: EventReader, streams: readonly string[]): Promise<void> {
    await this.#cast.takeFrom(recorded, streams);
  }

  /** Loads the versions that play behind the run's forks, from its blobs. */
  async loadForked(log: EventReader, forks = this.#rehearsal.config.forks ?? []): Promise<void> {
    for (const [index, { policies }] of forks.entries()) {
      for (const role of ['designer', 'executor'] as const) {
        if (policies?.[role] === undefined) continue;
        const name = forkedWeights(index, role, this.models.modelOf(role));
        await this.loadBehind(index, role, weightsOf(log, name));
      }
    }
  }

  /** Loads the weights that play a role behind the fork of this index. */
  async loadBehind(index: number, role: Role, weights: Float32Array): Promise<void> {
    await this.#policy.load(forkedModel(index, role), weights);
  }

  /** Puts the models' weights into the policy that plays. */
  async load(): Promise<void> {
    for (const id of this.models.ids) await this.#policy.load(id, this.models.weights(id));
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#policy.close(),
      this.#learner.close(),
      this.#sandbox.close(),
      this.#jail.close(),
    ]);
  }
}

/** What a design of a run may use and cost. Only a run in Python's dialect may start Python processes. */
export function allowanceOf({ rollout, behaviours }: RunConfig): Allowance {
  return {
    tools: rollout.dialect === 'javascript' ? [JS_TOOL] : [JS_TOOL, PYTHON_TOOL],
    budget: rollout.budget,
    tokensPerCall: rollout.executorTokens,
    ownSampler: false,
    bySigns: !behaves(behaviours, 'knownAnswer'),
  };
}

const labelSchema = z.object({ label: z.string(), version: z.string() });
