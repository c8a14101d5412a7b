import { readTokenizer } from '../../runtime/material.ts';
import { callLines } from '../../views/call-lines.ts';
import { readCall } from '../../views/call-view.ts';
import { labelled, texts } from '../../views/detail-line.ts';
import { readShown, type Shown } from './shown.ts';
import { executionRows, figures } from './task-page.ts';

/** A design: the call that wrote it, what became of its script, its executions. */
export function designPage(shown: Shown, place: string): string[] {
  const { run, reader, tokens } = shown;
  const trees = readShown(shown, place.replace(/\/design\/\d+$/, ''));
  const designs = [...trees.tree.tasks.values()].flatMap((task) => [...task.designs.values()]);
  const called = reader.read(place).find(({ type }) => type === 'called');
  const call = called === undefined ? null : readCall(called, readTokenizer(reader));
  return designs
    .filter(({ stream }) => stream === place)
    .flatMap((design) => [
      [`${run}/${place}`, ...figures(trees, design)].join('  '),
      ...texts([
        ...(call === null
          ? labelled('script', 'script', design.script)
          : callLines(call, { tokens, advantage: trees.advantages.of(call) })),
        ...(design.rejection === '' ? [] : labelled('bad', 'rejected', design.rejection)),
      ]),
      ...executionRows(trees, design),
    ]);
}
