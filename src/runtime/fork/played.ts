import type { EventReader } from '../../../store/event-log.ts';
import { must } from '../../core/errors.ts';
import { checkWeights } from '../blob-check.ts';
import type { RunConfig } from '../config.ts';
import type { Kit } from '../kit.ts';
import type { Material } from '../material.ts';
import type { Models } from '../models.ts';
import { keptVersions } from '../versions.ts';
import { modelsAt } from './relearn.ts';

/** A recorded run, and what it takes to learn its weights again. */
export interface Recording {
  readonly reader: EventReader;
  readonly config: RunConfig;
  readonly material: Material;
  readonly kit: Kit;
}

/**
 * Gives models the weights of the time at which a stream began: as they were kept, or learned again. Older ones that
 * played a role in an evaluation are another matter: see `Troupe.castAs`.
 */
export async function restorePlayed(
  models: Models,
  { reader, config, material, kit }: Recording,
  stream: string,
  onStep?: (done: number, of: number) => void,
): Promise<void> {
  const began = must(reader.read(stream)[0], `the first event of ${stream}`).seq;
  const last = reader
    .read('session')
    .findLast(({ type, seq }) => (type === 'imitated' || type === 'learned') && seq < began);
  const kept = keptVersions(reader).find(({ label }) => label === last?.data.label);
  if (kept !== undefined) {
    checkWeights(reader, kept, 'the run');
    return models.restoreWeights(reader, kept.label);
  }
  models.takeFrom(await modelsAt(reader, began, config, material, kit, onStep));
}
