import { z } from 'zod';
import { redrawPlace } from '../../../machines/redraw.ts';
import { readTokenizer } from '../../runtime/material.ts';
import { readAdvantages } from '../../views/advantages.ts';
import { labelled, texts } from '../../views/detail-line.ts';
import { readTranscript } from '../../views/transcript.ts';
import { agentLines, endLines, transcriptLines } from '../../views/transcript-lines.ts';
import type { Shown } from './shown.ts';
import { taskLines } from './task-page.ts';

const started = z.object({ task: z.object({ id: z.string(), family: z.string(), text: z.string() }) });
const ended = z.object({ key: z.string(), output: z.object({ score: z.number() }) });

/** An execution, or a branch of one: the task, its calls as they were sent, its verdict. */
export function executionPage(shown: Shown, place: string): string[] {
  const { run, reader, tokens } = shown;
  const { task } = started.parse(reader.read(place)[0]?.data);
  const transcript = readTranscript(reader, place, readTokenizer(reader));
  const options = { tokens, advantages: readAdvantages(reader, place) };
  const ends = endsIn(shown, place.replace(/\/design\/.*$/, ''));
  return [
    `${run}/${place}  ${task.family}`,
    ...branchLines(place),
    ...taskLines(shown, task),
    ...texts([...transcriptLines(transcript, options), ...endLines(transcript, ends.has(place))]),
    ...branchesOf(place, ends),
  ];
}

/** An agent: all its calls in full. */
export function agentPage({ run, reader, tokens }: Shown, place: string): string[] {
  const execution = place.replace(/\/agent\/[^/]+$/, '');
  const { parts } = readTranscript(reader, execution, readTokenizer(reader));
  const options = { tokens, whole: true, advantages: readAdvantages(reader, place) };
  return [
    `${run}/${place}`,
    ...texts(
      parts.flatMap((part) =>
        part.kind === 'agent' && part.stream === place ? agentLines(part, options) : [],
      ),
    ),
  ];
}

/** Of a branch, which one it is. */
function branchLines(place: string): string[] {
  const branch = redrawPlace(place);
  if (branch === null) return [];
  const { call, execution, draw } = branch;
  const text = `${call.slice(execution.length + 1)} of ${execution} is drawn anew, draw ${draw}`;
  return texts(labelled('note', 'branch', text));
}

/** Scores of an execution's branches, by the call that they draw anew. */
function branchesOf(place: string, ends: ReadonlyMap<string, number>): string[] {
  const scores = new Map<string, number[]>();
  for (const [stream, score] of ends) {
    const branch = redrawPlace(stream);
    if (branch?.execution === place) scores.set(branch.call, [...(scores.get(branch.call) ?? []), score]);
  }
  const text = [...scores].map(([call, list]) => `${call.slice(place.length + 1)}: scores ${list.join(' ')}`);
  return text.length === 0 ? [] : texts(labelled('note', 'branches', text.join('\n')));
}

/** Scores of the executions and branches that a rollout has heard the end of, by their streams. */
function endsIn({ reader }: Shown, rollout: string): Map<string, number> {
  const ends = reader.read(rollout).filter(({ type }) => type === 'execution.finished');
  return new Map(
    ends.map(({ data }) => {
      const { key, output } = ended.parse(data);
      return [`${rollout}/${key}`, output.score];
    }),
  );
}
