import { UserError } from '../core/errors.ts';
import { DEMONSTRATED_SCRIPTS } from '../designs/demonstrations.ts';
import { defaultLibrary, type NodeLibrary } from '../designs/library.ts';
import { defaultFamilies } from '../tasks/families.ts';
import type { TaskFamily, Verifier } from '../tasks/task.ts';
import { verifier } from '../tasks/verifier.ts';
import type { RunConfig } from './config.ts';

/** The parts of a run that are code: task families, nodes of designs, the verifier. A user brings their own. */
export interface Kit {
  readonly families: readonly TaskFamily[];
  readonly library: NodeLibrary;
  readonly verifier: Verifier;
  /** Scripts that the cold start shows the designer, equally often whatever the task. */
  readonly scripts: readonly string[];
}

export function defaultKit(): Kit {
  return { families: defaultFamilies(), library: defaultLibrary(), verifier, scripts: DEMONSTRATED_SCRIPTS };
}

/** The families that a run trains on. Throws a {@link UserError} for a name that the kit does not have. */
export function familiesOf({ families: wanted }: Pick<RunConfig, 'families'>, { families }: Kit) {
  const unknown = wanted?.find((name) => families.every((family) => family.name !== name));
  if (unknown !== undefined) {
    const known = families.map(({ name }) => name).join(', ');
    throw new UserError('unknown-family', `There is no task family "${unknown}"; choose from ${known}.`);
  }
  return families.filter(({ name }) => wanted?.includes(name) ?? true);
}
