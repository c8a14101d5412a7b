import { z } from 'zod';
import type { EventLog, EventReader, NewBlob } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import type { JsonObject } from '../core/json.ts';
import type { Allowance } from '../designs/checks.ts';
import { PythonJail } from '../designs/python/jail.ts';
import { DesignReader } from '../designs/reader.ts';
import { LearnerThread } from '../learning/learner-thread.ts';
import { EmbeddedPolicy, type EmbeddedPolicyOptions } from '../policies/embedded-policy.ts';
import type { PlayingPolicy } from '../policies/policy.ts';
import type { Role } from '../policies/prompt.ts';
import { Tokenizer } from '../policies/tokenizer.ts';
import { QuickJsSandbox } from '../tasks/quickjs-sandbox.ts';
import type { Sandbox } from '../tasks/sandbox.ts';
import { buildTaskSet, decodeTaskSet, encodeTaskSet, TaskIndex, type TaskSet } from '../tasks/task-set.ts';
import { JS_TOOL, PYTHON_TOOL } from '../tasks/tool.ts';
import { Cast } from './cast.ts';
import { coldStartChunks, type RunConfig } from './config.ts';
import { tokenizerCorpus } from './corpus.ts';
import type { Effects } from './effect.ts';
import { actingEffects } from './effects/acting.ts';
import { imitatingEffect } from './effects/imitating.ts';
import { creditEffect, learnEffect, type Rehearsal } from './effects/learning.ts';
import { pickingEffect } from './effects/picking.ts';
import { recallEffect } from './effects/recalling.ts';
import { BranchCalls } from './fork/branch-calls.ts';
import { callsBefore, forkedModel, forkedPolicy, forkedWeights } from './fork/front.ts';
import { familiesOf, type Kit } from './kit.ts';
import { bytesOf, floatsOf, type ModelId, Models, weightsName, weightsOf } from './models.ts';
import { copyFor } from './task-ref.ts';

/** Names of the blobs that a run is made of, besides its weights. */
const TASKS_BLOB = 'tasks';
const TOKENIZER_BLOB = 'tokenizer';
/** Label of the weights that a run took over from another one. */
const START_LABEL = 'start';

/** A run's tasks and tokenizer: made from its configuration, taken over from another run, or read back from its blobs. */
export interface Material {
  readonly tasks: TaskSet;
  readonly tokenizer: Tokenizer;
  /** The weights that it begins with, where they are another run's: those of each model. */
  readonly start?: ReadonlyMap<ModelId, Float32Array>;
}

/** Makes tasks and tokenizer from the seed. Pure: the same configuration and code give the same bytes. */
export function makeMaterial(config: RunConfig, kit: Kit): Material {
  const tasks = buildTaskSet(config.seed, familiesOf(config, kit), config.tasks);
  const corpus = tokenizerCorpus(config.seed, tasks.train, kit);
  return { tasks, tokenizer: Tokenizer.train(corpus, config.vocab) };
}

export function materialBlobs({ tasks, tokenizer, start = new Map() }: Material): NewBlob[] {
  return [
    { name: TASKS_BLOB, kind: 'tasks', bytes: encodeTaskSet(tasks) },
    { name: TOKENIZER_BLOB, kind: 'tokenizer', bytes: Buffer.from(JSON.stringify(tokenizer), 'utf8') },
    ...[...start].map(([id, weights]) => ({
      name: weightsName(START_LABEL, id),
      kind: 'weights',
      bytes: bytesOf(weights),
    })),
  ];
}

/** Reads a run's material from its blobs; null if it never got that far. */
export function readMaterial(log: Pick<EventReader, 'blob'>): Material | null {
  const tasks = log.blob(TASKS_BLOB);
  const tokenizer = log.blob(TOKENIZER_BLOB);
  if (tasks === undefined || tokenizer === undefined) return null;
  const start = (['shared', 'designer', 'executor'] as const).flatMap((id) => {
    const bytes = log.blob(weightsName(START_LABEL, id));
    return bytes === undefined ? [] : [[id, floatsOf(bytes)] as const];
  });
  return {
    ...(start.length === 0 ? {} : { start: new Map(start) }),
    tasks: decodeTaskSet(tasks),
    tokenizer: Tokenizer.fromJSON(JSON.parse(Buffer.from(tokenizer).toString('utf8'))),
  };
}

/** Data of the session's first event: all that the run's results depend on, besides the code. */
export function sessionInput(config: RunConfig, material: Material, kit: Pick<Kit, 'scripts'>): JsonObject {
  const hashes = Object.fromEntries(materialBlobs(material).map(({ name, bytes }) => [name, sha256(bytes)]));
  // Where a run branched off does not change what its first event says.
  const { forks: _, ...unforked } = config;
  return {
    plan: { ...planOf(config, kit) },
    config: z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(unforked))),
    ...hashes,
  };
}

/** The part of a configuration that the session decides by. */
function planOf(config: RunConfig, { scripts }: Pick<Kit, 'scripts'>) {
  const { steps, stage, rollout, credit, policies, tasks, evaluation } = config;
  return {
    imitationChunks: coldStartChunks(config),
    steps,
    stageSteps: stage.steps,
    firstRole: stage.first,
    schedule: stage.schedule,
    policies,
    designs: rollout.designs,
    executions: rollout.executions,
    ...(rollout.design === undefined ? {} : { design: rollout.design }),
    ...(credit.draws === undefined ? {} : { draws: credit.draws }),
    evaluation: {
      cellTasks: evaluation.cellTasks,
      harder: tasks.harder > 0,
      controls: evaluation.controls ? [...scripts] : [],
    },
  };
}

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
export function allowanceOf({ rollout }: RunConfig): Allowance {
  return {
    tools: rollout.dialect === 'javascript' ? [JS_TOOL] : [JS_TOOL, PYTHON_TOOL],
    budget: rollout.budget,
    tokensPerCall: rollout.executorTokens,
    ownSampler: false,
  };
}

const labelSchema = z.object({ label: z.string(), version: z.string() });
