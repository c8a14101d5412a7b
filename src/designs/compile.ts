import type { Vocabulary } from '../../machines/chart.ts';
import { executionMachine } from '../../machines/execution.machine.ts';
import { normalAnswer } from './answer.ts';
import type { NodeLibrary } from './library.ts';
import { accepts, choice, holds } from './predicate.ts';
import type { MasSpec } from './spec.ts';

/** The statechart of a checked spec. State names are node names; it reads like the script. */
export function compileDesign({ root }: MasSpec, library: NodeLibrary) {
  const name = library.name(root);
  const body = library.chart(root, { path: name, sees: [] });
  const vocabulary: Vocabulary = {
    combiners: library.combiners,
    holds,
    accepts,
    choice,
    normal: normalAnswer,
  };
  return executionMachine(name, body, vocabulary);
}
