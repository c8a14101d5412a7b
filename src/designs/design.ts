import type { NodeLibrary } from './library.ts';
import type { MasSpec } from './spec.ts';

/** A checked design as the log keeps it. */
export interface Design {
  readonly spec: MasSpec;
  /** Its structure without names, for statistics: `vote3(agent+js)`. */
  readonly shape: string;
  /** Worst-case number of policy calls of one execution. */
  readonly maxCalls: number;
}

export function designOf(spec: MasSpec, library: NodeLibrary): Design {
  return { spec, shape: library.shape(spec.root), maxCalls: library.bounds(spec.root, 1).calls };
}
