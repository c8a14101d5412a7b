import { z } from 'zod';
import { ROLES } from '../../../machines/stages.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { InvariantError, UserError } from '../../core/errors.ts';
import { LearnerThread } from '../../learning/learner-thread.ts';
import type { RunConfig } from '../config.ts';
import { learnEffect } from '../effects/learning.ts';
import type { Kit } from '../kit.ts';
import { Models, weightsName } from '../models.ts';
import type { Material } from '../troupe.ts';

const versionSchema = z.object({
  key: z.string(),
  label: z.string(),
  version: z.string(),
  role: z.enum(ROLES).optional(),
});

/** The version that plays after each event that learned something, in order. */
function versions(reader: EventReader, upTo: number) {
  return reader
    .read('session')
    .filter(({ type, seq }) => (type === 'imitated' || type === 'learned') && seq <= upTo)
    .map(({ type, data }) => ({ type, ...versionSchema.parse(data) }));
}

/**
 * The models and optimiser moments as they stood after event `upTo` of a run. Weights of most steps are not
 * kept: they are learned again from the calls and credits of the log, beginning with the cold start's, and
 * each version is compared with the recorded one on the way.
 */
export async function modelsAt(
  reader: EventReader,
  upTo: number,
  config: RunConfig,
  material: Material,
  kit: Kit,
  onStep: (done: number, of: number) => void = () => {},
): Promise<Models> {
  const models = new Models(config, material.tokenizer.size);
  const past = versions(reader, upTo);
  const learned = past.filter(({ type }) => type === 'learned');
  const cold = past.findLast(({ type }) => type === 'imitated');
  if (cold === undefined) return models;
  const kept = (label: string) =>
    reader.blobs().some(({ name }) => name === weightsName(label, models.ids[0] ?? 'shared'));
  if (!kept(cold.label)) {
    throw new UserError(
      'inside-cold-start',
      'The weights within a cold start are not kept; fork at an event after it.',
    );
  }
  const last = learned.at(-1);
  if (last !== undefined && last.label === versions(reader, reader.count()).at(-1)?.label) {
    // Nothing was learned since: weights and moments stand in the store as they were.
    models.restore(reader, last.label);
    return models;
  }
  models.restoreWeights(reader, cold.label);
  if (learned.length === 0) return models;
  const learner = new LearnerThread({ config: models.transformer, shards: config.shards });
  try {
    const learn = learnEffect({
      config,
      log: reader,
      models,
      learner,
      tokenizer: material.tokenizer,
      tasks: material.tasks,
      kit,
      load: async () => {},
    });
    for (const [done, { key, role, label, version }] of learned.entries()) {
      onStep(done, learned.length);
      const step = Number(key.slice('step/'.length));
      await learn({ stream: 'session', key, input: { step, role } });
      if (models.version !== version) {
        throw new InvariantError(
          `the weights of ${label} cannot be learned again here: ${models.version.slice(0, 10)} in place of ${version.slice(0, 10)}`,
        );
      }
    }
    return models;
  } finally {
    await learner.close();
  }
}
