import { z } from 'zod';
import { pad } from '../../../machines/command.ts';
import { behaves } from '../../core/behaviours.ts';
import { must, UserError } from '../../core/errors.ts';
import { RandomStream } from '../../core/random.ts';
import { average } from '../../credit/advantage.ts';
import { demonstrateDesign } from '../../designs/demonstrations.ts';
import {
  type Minibatch,
  minibatches,
  positionCount,
  sequenceLength,
  type TrainingSequence,
} from '../../learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS } from '../../learning/learner.ts';
import { supervisedBatch } from '../../learning/tensors.ts';
import { renderCompletion, renderPrompt } from '../../policies/template.ts';
import type { Demonstration, Task, TaskFamily } from '../../tasks/task.ts';
import type { Effect } from '../effect.ts';
import { familiesOf } from '../kit.ts';
import { type ModelId, momentsMember, momentsName, weightsName } from '../models.ts';
import type { Rehearsal } from './learning.ts';
import { checkUpdate } from './sound-update.ts';

const imitateSchema = z.object({ chunk: z.number().int(), last: z.boolean() });

/** Learning rate: up over the first steps, down to a tenth over the whole cold start. */
const WARM_UP_STEPS = 20;

/** So many demonstrations that do not fit say that none does. */
const MOST_TOO_LONG = 10_000;

/** Name under which the weights of the cold start are kept. */
export function chunkLabel(chunk: number): string {
  return `cold-start/${pad(chunk, 2)}`;
}

/**
 * One chunk of the cold start: supervised steps on generated demonstrations. Every minibatch is drawn from a
 * stream named by chunk, so a chunk can be done again alone.
 */
export function imitatingEffect(rehearsal: Rehearsal): Effect {
  const { config, models, learner, start } = rehearsal;
  if (start !== undefined) return takingOver(rehearsal, start);
  const { chunks, stepsPerChunk, learningRate } = config.imitation;
  return async ({ input }) => {
    const { chunk, last } = imitateSchema.parse(input);
    const batches = demonstrationBatches(rehearsal, chunk);
    const hyper = batches.map((_, index) => ({
      ...DEFAULT_HYPER_PARAMETERS,
      lr: learningRate * schedule(chunk * stepsPerChunk + index, chunks * stepsPerChunk),
      beta1: config.learning.beta1,
      beta2: config.learning.beta2,
      maxNorm: config.learning.maxGradientNorm,
      temperature: config.rollout.temperature,
    }));
    const [model = 'shared'] = models.ids;
    const { state, stats } = await learner.train(
      models.state(model, 'imitation'),
      batches.map(supervisedBatch),
      hyper,
    );
    await checkUpdate(
      learner,
      {
        state,
        stats,
        sequences: batches[0]?.sequences ?? [],
        temperature: config.rollout.temperature,
      },
      {
        what: `chunk ${chunk} of the cold start`,
        rate: learningRate,
        remedy: () =>
          'a cold start keeps its settings: begin another run with --set imitation.learningRate=VALUE and a lower value.',
      },
    );
    models.adopt(models.ids, 'imitation', state);
    if (last) models.forget('imitation');
    await rehearsal.load();
    const label = chunkLabel(chunk);
    const put = models.blobs(label, 'imitation');
    return {
      type: 'imitated',
      data: {
        label,
        version: models.version,
        ...(behaves(config.behaviours, 'namedMoments') ? momentsMember(put) : {}),
        steps: batches.length,
        loss: average(stats.map((each) => each.loss)),
        gradientNorm: average(stats.map((each) => each.gradientNorm)),
      },
      blobs: {
        put,
        drop: [
          ...(last ? [momentsName('imitation')] : []),
          ...(chunk === 0 ? [] : models.ids.map((id) => weightsName(chunkLabel(chunk - 1), id))),
        ],
      },
    };
  };
}

/** The cold start of a run that begins with another one's weights: a chunk of no steps, and no moments. */
function takingOver({ models, load }: Rehearsal, start: ReadonlyMap<ModelId, Float32Array>): Effect {
  return async () => {
    models.begin(start);
    await load();
    const label = chunkLabel(0);
    const data = { label, version: models.version, steps: 0, loss: 0, gradientNorm: 0 };
    return { type: 'imitated', data, blobs: { put: models.blobs(label, null) } };
  };
}

function schedule(step: number, steps: number): number {
  const warm = Math.min(1, (step + 1) / WARM_UP_STEPS);
  return warm * (1 - 0.9 * (step / Math.max(1, steps)));
}

/** The minibatches of one chunk: drawn together, so that those of like length share a minibatch. */
function demonstrationBatches(rehearsal: Rehearsal, chunk: number): Minibatch[] {
  const { config, tasks, kit, tokenizer } = rehearsal;
  const { stepsPerChunk, batchTokens, designerShare } = config.imitation;
  const random = new RandomStream(config.seed, 'imitate', chunk);
  const families = familiesOf(config, kit);
  const byFamily = Map.groupBy(tasks.train, ({ family }) => family);
  const sequences: TrainingSequence[] = [];
  let positions = 0;
  let tooLong = 0;
  while (positions < stepsPerChunk * batchTokens) {
    const task = random.pick(must(byFamily.get(pickFamily(families, random)), 'tasks of a family'));
    const { prompt, completion } =
      random.uniform() < designerShare
        ? demonstrateDesign(task, kit.scripts, random)
        : demonstrateExecution(task, families, random);
    const sequence: TrainingSequence = {
      promptTokens: renderPrompt(prompt, tokenizer),
      tokens: renderCompletion(completion, tokenizer),
      advantage: 1,
    };
    if (sequenceLength(sequence) > config.model.context) {
      if (++tooLong < MOST_TOO_LONG) continue;
      throw new UserError(
        'context-too-small',
        `Demonstrations do not fit a context of ${config.model.context} tokens; shorten the tasks' texts or choose a larger model.context.`,
      );
    }
    positions += positionCount(sequence);
    sequences.push(sequence);
  }
  return minibatches(sequences, { batchTokens }, random).slice(0, stepsPerChunk);
}

/** A family's name, as often as it asks for. */
function pickFamily(families: readonly TaskFamily[], random: RandomStream): string {
  const practised = (family: TaskFamily) => family.practice ?? 1;
  let left = random.uniform() * families.reduce((sum, family) => sum + practised(family), 0);
  const chosen = families.find((family) => {
    left -= practised(family);
    return left < 0;
  });
  return must(chosen ?? families.at(-1), 'a family').name;
}

function demonstrateExecution(
  task: Task,
  families: readonly TaskFamily[],
  random: RandomStream,
): Demonstration {
  const family = families.find(({ name }) => name === task.family);
  const choices = family?.demonstrate(task, random) ?? [];
  let left = random.uniform() * choices.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const chosen = choices.find(({ weight = 1 }) => {
    left -= weight;
    return left < 0;
  });
  return must(chosen ?? choices.at(-1), `a demonstration of ${task.id}`);
}
