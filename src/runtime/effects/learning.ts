import { z } from 'zod';
import type { TaskRef } from '../../../machines/rollout.machine.ts';
import { stepsBefore } from '../../../machines/stages.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { behaves } from '../../core/behaviours.ts';
import { must } from '../../core/errors.ts';
import { RandomStream } from '../../core/random.ts';
import { average } from '../../credit/advantage.ts';
import { minibatches } from '../../learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS, type HyperParameters, type StepStats } from '../../learning/learner.ts';
import type { LearnerThread } from '../../learning/learner-thread.ts';
import { merged } from '../../learning/merge.ts';
import { policyBatch } from '../../learning/tensors.ts';
import type { Role } from '../../policies/prompt.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';
import type { TaskSet } from '../../tasks/task-set.ts';
import { creditSettings, type RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';
import { frozenDrift } from '../frozen-drift.ts';
import type { Kit } from '../kit.ts';
import type { LearningChange, LearningSettings } from '../learning-schema.ts';
import { learningAt, type Update } from '../learning-settings.ts';
import { type ModelId, type Models, momentsMember, weightsName } from '../models.ts';
import { creditFromLog, recordedCredit, stepPrefix } from '../recorded-credit.ts';
import { stagePlan } from '../session-input.ts';
import { taskRefSchema } from '../task-ref.ts';
import { divergence, withReference } from './reference.ts';
import { rehearsed } from './rehearsing.ts';
import { type CallIndex, learnedFrom, readCalls } from './samples.ts';
import { checkUpdate, type UpdateName } from './sound-update.ts';

/** What learning needs. */
export interface Rehearsal {
  readonly config: RunConfig;
  readonly log: EventReader;
  readonly models: Models;
  readonly learner: LearnerThread;
  readonly tokenizer: Tokenizer;
  readonly tasks: TaskSet;
  readonly kit: Kit;
  /** The weights that the run begins with, where they are another run's. */
  readonly start?: ReadonlyMap<ModelId, Float32Array> | undefined;
  /** Where updates stand that are made again, if not in the log. */
  readonly recorded?: EventReader | undefined;
  /** Settings of learning that the user asked for when this attempt began. */
  readonly change?: LearningChange | undefined;
  /** Puts the models' weights into the policy that plays. */
  load(): Promise<void>;
}

const pickedSchema = z.object({ tasks: z.array(taskRefSchema) });
const creditSchema = z.object({ step: z.number().int(), role: z.enum(['designer', 'executor']) });

/** Credit from the log (law 1): the advantages of a step's samples of one role, as an event. */
export function creditEffect({ config, log }: Rehearsal): Effect {
  return async ({ input }) => {
    const { step, role } = creditSchema.parse(input);
    const { samples, entropy, ...figures } = creditFromLog(log, step, role, creditSettings(config, step));
    const measured = entropy !== null && behaves(config.behaviours, 'measuredFigures') ? { entropy } : {};
    return {
      type: 'credited',
      data: { ...figures, ...measured, samples: samples.map((sample) => ({ ...sample })) },
    };
  };
}

/**
 * One reinforcement step for a role that learns in it, from the credit that the log holds. Nothing of the other role
 * enters: neither its samples nor its moments. Importance ratios are measured against the weights that sampled,
 * also where the other role has been updated in between.
 */
export function learnEffect(rehearsal: Rehearsal): Effect {
  const { config, log, models, learner, recorded = log, change: given } = rehearsal;
  const measured = behaves(config.behaviours, 'measuredFigures');
  // Where both roles learn, the second one's calls are in the same trees, and these are over.
  let last: { readonly step: number; readonly calls: CallIndex } | undefined;
  return async ({ input }) => {
    const { step, role } = creditSchema.parse(input);
    const credit = must(recordedCredit(log, step, role), `credit of the ${role} in step ${step}`);
    const calls = last?.step === step ? last.calls : readCalls(log, step);
    last = { step, calls };
    const {
      settings: learning,
      change,
      recorded: again,
    } = learningAt(config, recorded, { step, role }, given);
    const samples = learnedFrom(role, credit, calls, priced(config, learning));
    const left = 1 - step / Math.max(1, config.steps - 1);
    const rehearsing = role === 'designer' ? learning.rehearsal * left : 0;
    const own = merged(samples);
    const sequences = [
      ...own,
      ...(rehearsing > 0 ? await rehearsed(rehearsal, step, tasksOf(log, step), rehearsing) : []),
    ];
    const epochs = role === 'designer' ? learning.designerEpochs : learning.executorEpochs;
    const hyper = hyperParameters(config, learning, { step, role });
    const laid = Array.from({ length: epochs }, (_, epoch) =>
      minibatches(
        sequences,
        { batchTokens: learning.batchTokens },
        new RandomStream(config.seed, 'learn', step, epoch),
      ),
    ).flat();
    const model = models.modelOf(role);
    const batches =
      sequences.length === 0 ? [] : await withReference(rehearsal, model, laid.map(policyBatch), learning);
    const { state, stats } = await learner.train(
      models.state(model, role),
      batches,
      batches.map(() => hyper),
    );
    if (batches.length > 0 && !again) {
      const update = { state, stats, sequences, temperature: hyper.temperature };
      await checkUpdate(learner, update, updateName(role, step, hyper.lr));
    }
    models.adopt([model], role, state);
    await rehearsal.load();
    // Where both learn nobody is frozen.
    const coupled = config.stage.schedule === 'coupled';
    const drift = coupled ? null : await frozenDrift(rehearsal, role, [...calls.values()]);
    const kl = hyper.klPenalty === 0 ? null : divergence(laid, batches, new Set(own));
    const label = updateLabel(config, step, role);
    const put = models.blobs(label, role);
    return {
      type: 'learned',
      data: {
        label,
        role,
        version: models.version,
        ...(behaves(config.behaviours, 'namedMoments') ? momentsMember(put) : {}),
        updates: stats.length,
        sequences: samples.length,
        ...(measured && stats.length === 0 ? {} : figuresOf(stats)),
        ...figure('drift', drift, measured ? undefined : 0),
        ...figure('kl', kl, measured || hyper.klPenalty === 0 ? undefined : 0),
        ...(Object.keys(change).length === 0 ? {} : { settings: { ...change } }),
      },
      blobs: {
        put,
        drop: retired(config, step, label).flatMap((old) => models.ids.map((id) => weightsName(old, id))),
      },
    };
  };
}

/** Whether a sample is learned from whatever its advantage, since its entropy or its divergence has a price. */
function priced({ behaviours }: RunConfig, { entropyBonus, klPenalty }: LearningSettings): boolean {
  return (entropyBonus > 0 || klPenalty > 0) && behaves(behaviours, 'pricesOnAllSamples');
}

/** Means over a step's updates; 0 where an older run made none. */
function figuresOf(stats: readonly StepStats[]) {
  return {
    loss: average(stats.map((each) => each.loss)),
    gradientNorm: average(stats.map((each) => each.gradientNorm)),
    clipFraction: average(stats.map((each) => each.clipFraction)),
    entropy: average(stats.map((each) => each.entropy)),
    ratioError: stats[0]?.drift ?? 0,
  };
}

/** A figure by its name; what stands for one that was not measured, if anything does. */
function figure(
  name: string,
  value: number | null,
  otherwise: number | undefined,
): { [name: string]: number } {
  const known = value ?? otherwise;
  return known === undefined ? {} : { [name]: known };
}

function updateName(role: Role, step: number, rate: number): UpdateName {
  const setting = `learning.${role}Rate`;
  return {
    what: `the ${role}'s update in ${stepPrefix(step)}`,
    rate,
    remedy: (run) =>
      `the version before it is kept: go on with "troupe train --resume ${run} --set ${setting}=VALUE" and a lower value, or branch off with "troupe fork ${run}".`,
  };
}

/** The tasks of a step. */
function tasksOf(log: EventReader, step: number): TaskRef[] {
  for (const { type, data } of log.backwards('session')) {
    if (type === 'picked' && data.key === stepPrefix(step)) return pickedSchema.parse(data).tasks;
  }
  return [];
}

function hyperParameters(
  config: RunConfig,
  learning: LearningSettings,
  { step, role }: Update,
): HyperParameters {
  const { behaviours } = config;
  const earlier = stepsBefore(step, role, stagePlan(config));
  const warmth = Math.min(1, (earlier + 1) / Math.max(1, learning.warmUpSteps));
  return {
    ...DEFAULT_HYPER_PARAMETERS,
    lr: warmth * (role === 'designer' ? learning.designerRate : learning.executorRate),
    beta1: learning.beta1,
    beta2: learning.beta2,
    maxNorm: learning.maxGradientNorm,
    temperature: config.rollout.temperature,
    clip: learning.clip,
    entropyBonus: learning.entropyBonus,
    klPenalty: learning.klPenalty,
    forwardKl: !behaves(behaviours, 'reverseKl'),
    ...(behaves(behaviours, 'boundedRatio') ? {} : { maxLogRatio: Number.POSITIVE_INFINITY }),
  };
}

/** Label of the weights after an update. Where both roles learn, the designer's is the step's last. */
function updateLabel({ stage }: RunConfig, step: number, role: Role): string {
  const last = stage.schedule !== 'coupled' || role === 'designer';
  return last ? stepPrefix(step) : `${stepPrefix(step)}-${role}`;
}

/** Weights are kept at stage ends and for the last two steps; these are the labels that a new version lets go of. */
function retired({ stage }: RunConfig, step: number, label: string): string[] {
  if (label !== stepPrefix(step)) return [];
  const within = stage.schedule === 'coupled' ? [`${label}-executor`] : [];
  const old = step - 2;
  return old >= 0 && (old + 1) % stage.steps !== 0 ? [...within, stepPrefix(old)] : within;
}
