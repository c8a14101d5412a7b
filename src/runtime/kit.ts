import { cellName } from '../../machines/tally.ts';
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

/**
 * The families that a run trains on. Throws a {@link UserError} for a name that the kit does not have, and for fixed
 * designs that leave a family without one.
 */
export function familiesOf(config: Pick<RunConfig, 'families' | 'rollout'>, { families }: Kit) {
  const { families: wanted, rollout } = config;
  const unknown = wanted?.find((name) => families.every((family) => family.name !== name));
  if (unknown !== undefined) {
    const known = families.map(({ name }) => name).join(', ');
    throw new UserError('unknown-family', `There is no task family "${unknown}"; choose from ${known}.`);
  }
  const chosen = families.filter(({ name }) => wanted?.includes(name) ?? true);
  if (typeof rollout.design === 'object') checkKinds(Object.keys(rollout.design), chosen);
  return chosen;
}

/** So many tasks of a family show all its attributes. */
const SHOWN = 200;

/** Scripts by family, or by family and attribute: one for every family, and none for anything else. */
function checkKinds(kinds: readonly string[], families: readonly TaskFamily[]): void {
  const known = families.map(({ name }) => name);
  const bare = known.find((name) => !kinds.includes(name));
  if (bare !== undefined) {
    throw new UserError(
      'no-design',
      `rollout.design has no design for the family "${bare}"; give one, or one script for all families.`,
    );
  }
  for (const kind of kinds.filter((each) => !known.includes(each))) {
    const family = families.find(({ name }) => name === kind.split('/')[0]);
    const tasks = family?.generate(1, 'train', SHOWN) ?? [];
    const cells = new Set(tasks.map(({ family: name, attribute }) => cellName(name, attribute)));
    if (cells.has(kind)) continue;
    throw new UserError(
      'stray-design',
      `rollout.design has a design for "${kind}", and there are no such tasks; there are ${[...known, ...cells].join(', ')}.`,
    );
  }
}
