import type { EventReader } from '../../store/event-log.ts';
import { must, UserError } from '../core/errors.ts';
import { canonicalJson } from '../core/json.ts';
import { weightsHash } from '../policies/parameters.ts';
import { coldStartChunks, type RunConfig } from './config.ts';
import { chunkLabel } from './effects/imitating.ts';
import { type Material, readMaterial } from './material.ts';
import { type ModelId, weightsName, weightsOf } from './models.ts';
import { findVersion } from './versions.ts';

/** A run that another one is to begin from. */
export interface Origin {
  readonly run: string;
  readonly reader: EventReader;
  readonly config: RunConfig;
}

/** A new run's configuration, and what it begins with. */
export interface Start {
  readonly config: RunConfig;
  readonly material: Material;
}

/**
 * Begins a run with the weights of a version of another one, its tasks and its tokenizer: by default with what its cold
 * start came to. Optimiser moments stay there. Throws UserError where the two do not fit together.
 */
export function startFrom(origin: Origin, config: RunConfig, wanted?: string): Start {
  const { run, reader, config: base } = origin;
  const { label, version } = findVersion(reader, wanted ?? 'cold-start', run);
  const last = chunkLabel(coldStartChunks(base) - 1);
  if (wanted === undefined && label !== last) {
    throw new UserError(
      'unfinished-cold-start',
      `The cold start of ${run} is not over; go on with "troupe train --resume ${run}" first.`,
    );
  }
  if (canonicalJson({ ...config.model }) !== canonicalJson({ ...base.model })) {
    throw new UserError(
      'other-model',
      `The models of ${run} are of another size than the new run's; leave out the preset, or choose one with the same model.`,
    );
  }
  const { tasks, tokenizer } = must(readMaterial(reader), 'the tasks and tokenizer of the run');
  const present = [...new Set(tasks.train.map(({ family }) => family))].sort();
  const { families = present } = config;
  if ([...new Set(families)].sort().join() !== present.join()) {
    throw new UserError(
      'other-families',
      `The new run takes over the tasks of ${run}, of the families ${present.join(', ')}; leave its families as they are.`,
    );
  }
  return {
    config: { ...config, start: { run, label, version } },
    material: { tasks, tokenizer, start: startingWeights(origin, config, label) },
  };
}

/** The weights of each model of the new run. Roles may part ways with one start, but not come together with two. */
function startingWeights(
  { run, reader, config: base }: Origin,
  { policies }: RunConfig,
  label: string,
): ReadonlyMap<ModelId, Float32Array> {
  const read = (id: ModelId) => weightsOf(reader, weightsName(label, id));
  if (base.policies === 'shared') {
    const weights = read('shared');
    const ids: readonly ModelId[] = policies === 'shared' ? ['shared'] : ['designer', 'executor'];
    return new Map(ids.map((id) => [id, weights]));
  }
  const designer = read('designer');
  const executor = read('executor');
  if (policies === 'per-role') {
    return new Map<ModelId, Float32Array>([
      ['designer', designer],
      ['executor', executor],
    ]);
  }
  if (weightsHash(designer) === weightsHash(executor)) return new Map([['shared', designer]]);
  throw new UserError(
    'two-models',
    `The roles of ${run} have a model each, and they differ at ${label}; the new run needs --policies per-role.`,
  );
}
