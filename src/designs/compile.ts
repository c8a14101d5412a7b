import type { Vocabulary } from '../../machines/chart.ts';
import { executionMachine } from '../../machines/execution.machine.ts';
import { behaves, NEWEST } from '../core/behaviours.ts';
import { normalAnswer } from './answer.ts';
import { isAcceptance, replyOf, sameAnswer } from './answers.ts';
import type { NodeLibrary } from './library.ts';
import { accepts, choice, holds } from './predicate.ts';
import type { MasSpec } from './spec.ts';

/**
 * The statechart of a checked spec. State names are node names; it reads like the script.
 *
 * @param behaviours of the run that it is executed in
 */
export function compileDesign(
  { root }: MasSpec,
  library: NodeLibrary,
  behaviours: readonly number[] = NEWEST,
) {
  const name = library.name(root);
  const titles: { [path: string]: string } = {};
  const body = library.chart(root, { path: name, sees: [] }, ({ title }, { path }) => {
    if (title !== undefined) titles[path] = title;
  });
  const isOne = behaves(behaviours, 'oneAnswer');
  const accepted = isOne ? isAcceptance : accepts;
  const vocabulary: Vocabulary = {
    combiners: library.combiners,
    holds: (predicate, world) => holds(predicate, world, accepted),
    accepts: accepted,
    choice,
    titles,
    normal: isOne ? sameAnswer : normalAnswer,
    reply: isOne ? replyOf : (text) => text,
  };
  return executionMachine(name, body, vocabulary);
}
