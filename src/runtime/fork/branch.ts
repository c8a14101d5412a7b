import { z } from 'zod';
import { redrawKey } from '../../../machines/redraw.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { MemoryLog } from '../../../store/memory-log.ts';
import { UserError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { NodeLibrary } from '../../designs/library.ts';
import type { Completion } from '../../policies/policy.ts';
import { actorFactory } from '../actors.ts';
import type { Effects } from '../effect.ts';
import { Scheduler } from '../scheduler.ts';
import { recordedCalls } from './branch-calls.ts';

/** An execution of the log, ready to be branched. */
export interface RecordedExecution {
  readonly stream: string;
  readonly input: JsonObject;
  readonly score: number;
  /** Its calls by name. */
  readonly calls: ReadonlyMap<string, Completion>;
}

/** What branches are run with: the effects of a troupe that finds the execution's calls. */
export interface BranchStage {
  readonly library: NodeLibrary;
  readonly effects: Effects;
  /** Those of the run that is branched. */
  readonly behaviours: readonly number[];
}

export interface Branch {
  readonly score: number;
  /** Calls that were sampled; all others are those of the log. */
  readonly sampled: number;
}

const scored = z.object({ score: z.number() });
const ended = z.object({ score: z.number(), calls: z.number(), reused: z.number().default(0) });

/** Reads a finished execution. Throws UserError where there is none of this name. */
export function readExecution(reader: EventReader, stream: string): RecordedExecution {
  const events = reader.read(stream);
  const first = events[0];
  const verdict = events.find(({ type }) => type === 'verified');
  if (first === undefined || !/\/exec\/\d+$/.test(stream)) {
    const names = (prefix: string) => reader.streams(prefix).find((name) => /\/exec\/\d+$/.test(name));
    throw new UserError(
      'no-execution',
      `${stream} is no execution; try one such as ${names(stream) ?? names('') ?? '(the run has none yet)'}.`,
    );
  }
  return {
    stream,
    input: first.data,
    // An execution without an answer has no verdict and scores nothing.
    score: verdict === undefined ? 0 : scored.parse(verdict.data).score,
    calls: recordedCalls(reader, `${stream}/agent`),
  };
}

/** Plays one branch of an execution in memory, to its end: the same actor that a training step opens for it. */
export async function branch(
  { input }: RecordedExecution,
  call: string,
  draw: number,
  { library, effects, behaviours }: BranchStage,
): Promise<Branch> {
  const createActor = actorFactory(library, behaviours);
  const scheduler = new Scheduler({ log: new MemoryLog(() => 0), effects, createActor });
  const output = await scheduler.run('execution', redrawKey(call, draw), input);
  const { score, calls, reused } = ended.parse(output);
  return { score, sampled: calls - reused };
}
