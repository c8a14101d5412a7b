import { DEMONSTRATED_SCRIPTS } from '../designs/demonstrations.ts';
import { defaultLibrary, type NodeLibrary } from '../designs/library.ts';
import { defaultFamilies } from '../tasks/families.ts';
import type { TaskFamily, Verifier } from '../tasks/task.ts';
import { verifier } from '../tasks/verifier.ts';

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
