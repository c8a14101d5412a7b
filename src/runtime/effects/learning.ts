import { z } from 'zod';
import { redrawPlace } from '../../../machines/redraw.ts';
import type { TaskRef } from '../../../machines/rollout.machine.ts';
import { stepsBefore } from '../../../machines/stages.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { must } from '../../core/errors.ts';
import { RandomStream } from '../../core/random.ts';
import { average } from '../../credit/advantage.ts';
import type { StepCredit } from '../../credit/credit.ts';
import { minibatches, type TrainingSequence } from '../../learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS } from '../../learning/learner.ts';
import type { LearnerThread } from '../../learning/learner-thread.ts';
import { merged } from '../../learning/merge.ts';
import { policyBatch } from '../../learning/tensors.ts';
import type { Role } from '../../policies/prompt.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';
import type { TaskSet } from '../../tasks/task-set.ts';
import { creditSettings, type RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';
import { frozenDrift } from '../frozen-drift.ts';
import type { Kit } from '../kit.ts';
import { type ModelId, type Models, weightsName } from '../models.ts';
import { creditFromLog, recordedCredit, stepPrefix } from '../recorded-credit.ts';
import { stagePlan } from '../session-input.ts';
import { taskRefSchema } from '../task-ref.ts';
import { divergence, withReference } from './reference.ts';
import { rehearsed } from './rehearsing.ts';

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
  /** Puts the models' weights into the policy that plays. */
  load(): Promise<void>;
}

const pickedSchema = z.object({ tasks: z.array(taskRefSchema) });
const creditSchema = z.object({ step: z.number().int(), role: z.enum(['designer', 'executor']) });

/** Credit from the log (law 1): the advantages of a step's samples of one role, as an event. */
export function creditEffect({ config, log }: Rehearsal): Effect {
  return async ({ input }) => {
    const { step, role } = creditSchema.parse(input);
    const { samples, ...figures } = creditFromLog(log, step, role, creditSettings(config, step));
    return { type: 'credited', data: { ...figures, samples: samples.map((sample) => ({ ...sample })) } };
  };
}

/**
 * One reinforcement step for a role that learns in it, from the credit that the log holds. Nothing of the other role
 * enters: neither its samples nor its moments. Importance ratios are measured against the weights that sampled,
 * also where the other role has been updated in between.
 */
export function learnEffect(rehearsal: Rehearsal): Effect {
  const { config, log, models, learner } = rehearsal;
  // Where both roles learn, the second one's calls are in the same trees, and these are over.
  let last: { readonly step: number; readonly calls: CallIndex } | undefined;
  return async ({ input }) => {
    const { step, role } = creditSchema.parse(input);
    const credit = must(recordedCredit(log, step, role), `credit of the ${role} in step ${step}`);
    const calls = last?.step === step ? last.calls : readCalls(log, step);
    last = { step, calls };
    const samples = creditedSequences(credit, calls);
    const left = 1 - step / Math.max(1, config.steps - 1);
    const rehearsing = role === 'designer' ? config.learning.rehearsal * left : 0;
    const own = merged(samples);
    const sequences = [
      ...own,
      ...(rehearsing > 0 ? await rehearsed(rehearsal, step, tasksOf(log, step), rehearsing) : []),
    ];
    const settings = learningSettings(config, role, step);
    const laid = Array.from({ length: settings.epochs }, (_, epoch) =>
      minibatches(
        sequences,
        { batchTokens: config.learning.batchTokens },
        new RandomStream(config.seed, 'learn', step, epoch),
      ),
    ).flat();
    const model = models.modelOf(role);
    const batches =
      sequences.length === 0 ? [] : await withReference(rehearsal, model, laid.map(policyBatch));
    const { state, stats } = await learner.train(
      models.state(model, role),
      batches,
      batches.map(() => settings.hyper),
    );
    models.adopt([model], role, state);
    await rehearsal.load();
    const coupled = config.stage.schedule === 'coupled';
    const drift = coupled ? 0 : await frozenDrift(rehearsal, role, [...calls.values()]);
    const label = updateLabel(config, step, role);
    return {
      type: 'learned',
      data: {
        label,
        role,
        version: models.version,
        updates: stats.length,
        sequences: samples.length,
        loss: average(stats.map((each) => each.loss)),
        gradientNorm: average(stats.map((each) => each.gradientNorm)),
        clipFraction: average(stats.map((each) => each.clipFraction)),
        entropy: average(stats.map((each) => each.entropy)),
        ratioError: stats[0]?.drift ?? 0,
        drift,
        ...(settings.hyper.klPenalty === 0 ? {} : { kl: divergence(laid, batches, new Set(own)) }),
      },
      blobs: {
        put: models.blobs(label, role),
        drop: retired(config, step, label).flatMap((old) => models.ids.map((id) => weightsName(old, id))),
      },
    };
  };
}

/** A call of the log as a sequence to learn from. */
export interface LoggedSequence {
  readonly role: Role;
  readonly sequence: TrainingSequence;
}

/** Calls of a step by `stream#key`, without those of branches. */
type CallIndex = ReadonlyMap<string, LoggedSequence>;

function readCalls(log: EventReader, step: number): CallIndex {
  const calls: [name: string, call: LoggedSequence][] = [];
  for (const event of log.readPrefix(stepPrefix(step))) {
    if (event.type !== 'called' || redrawPlace(event.stream) !== null) continue;
    const { stream } = event;
    const { key, promptTokens, ...sampled } = recordedCall(event);
    const role = stream.includes('/agent/') ? 'executor' : 'designer';
    // What a fork put into a call's mouth was not sampled.
    const { tokens, logProbs } = event.data.forced === true ? { tokens: [], logProbs: [] } : sampled;
    calls.push([`${stream}#${key}`, { role, sequence: { promptTokens, tokens, logProbs, advantage: 0 } }]);
  }
  // By name: the order in which streams were written is nobody's business (law 3).
  return new Map(calls.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The sequences that the credit names, with its advantages; calls that sampled nothing are left out. */
function creditedSequences(credit: StepCredit, calls: CallIndex): TrainingSequence[] {
  return credit.samples
    .map(({ stream, key, advantage }) => ({
      ...must(calls.get(`${stream}#${key}`), `the call ${stream}#${key}`).sequence,
      advantage,
    }))
    .filter((sequence) => sequence.tokens.length > 0 && sequence.advantage !== 0);
}

/** The tasks of a step. */
function tasksOf(log: EventReader, step: number): TaskRef[] {
  for (const { type, data } of log.backwards('session')) {
    if (type === 'picked' && data.key === stepPrefix(step)) return pickedSchema.parse(data).tasks;
  }
  return [];
}

function learningSettings(config: RunConfig, role: Role, step: number) {
  const { learning, rollout } = config;
  const earlier = stepsBefore(step, role, stagePlan(config));
  const warmth = Math.min(1, (earlier + 1) / Math.max(1, learning.warmUpSteps));
  return {
    epochs: role === 'designer' ? learning.designerEpochs : learning.executorEpochs,
    hyper: {
      ...DEFAULT_HYPER_PARAMETERS,
      lr: warmth * (role === 'designer' ? learning.designerRate : learning.executorRate),
      beta1: learning.beta1,
      beta2: learning.beta2,
      maxNorm: learning.maxGradientNorm,
      temperature: rollout.temperature,
      clip: learning.clip,
      entropyBonus: learning.entropyBonus,
      klPenalty: learning.klPenalty,
    },
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
