import { executionMachine } from '../../machines/execution.machine.ts';
import type { NodeLibrary } from './library.ts';
import type { NodeSpec } from './node.ts';

/** The statechart of a checked spec. State names are node names; it reads like the script. */
export function compileDesign(spec: NodeSpec, library: NodeLibrary) {
  const root = library.name(spec);
  return executionMachine(root, library.chart(spec, root), library.combiners);
}
