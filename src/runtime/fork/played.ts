import type { EventReader } from '../../../store/event-log.ts';
import { InvariantError, must } from '../../core/errors.ts';
import { weightsHash } from '../../policies/parameters.ts';
import type { RunConfig } from '../config.ts';
import type { Kit } from '../kit.ts';
import type { Models } from '../models.ts';
import type { Material } from '../troupe.ts';
import { keptVersions } from '../versions.ts';
import { modelsAt } from './relearn.ts';

/** A recorded run, and what it takes to learn its weights again. */
export interface Recording {
  readonly reader: EventReader;
  readonly config: RunConfig;
  readonly material: Material;
  readonly kit: Kit;
}

/** Gives models the weights that played what stands under a stream: as they were kept, or learned again. */
export async function restorePlayed(
  models: Models,
  { reader, config, material, kit }: Recording,
  stream: string,
  onStep?: (done: number, of: number) => void,
): Promise<void> {
  const call = reader.readPrefix(stream).find(({ type }) => type === 'called');
  const played = call?.data.version;
  const kept = keptVersions(reader).find(({ version }) => version === played);
  if (kept !== undefined) return models.restoreWeights(reader, kept.label);
  const began = must(reader.read(stream)[0], `the first event of ${stream}`).seq;
  models.takeFrom(await modelsAt(reader, began, config, material, kit, onStep));
  const role = call?.stream.includes('/agent/') ? 'executor' : 'designer';
  if (typeof played === 'string' && weightsHash(models.weights(models.modelOf(role))) !== played) {
    throw new InvariantError(`the weights ${played.slice(0, 10)} of ${stream} are not to be had`);
  }
}
