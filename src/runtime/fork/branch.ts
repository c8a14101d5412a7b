import { z } from 'zod';
import type { EventReader } from '../../../store/event-log.ts';
import { MemoryLog } from '../../../store/memory-log.ts';
import { UserError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { NodeLibrary } from '../../designs/library.ts';
import type { Completion, Policy } from '../../policies/policy.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';
import { actorFactory } from '../actors.ts';
import type { Effects } from '../effect.ts';
import { Scheduler } from '../scheduler.ts';
import { ReusedCalls, recordedCalls } from './reused-calls.ts';

/** An execution of the log, ready to be branched. */
export interface RecordedExecution {
  readonly stream: string;
  readonly input: JsonObject;
  readonly score: number;
  /** Its calls by name, in the order in which they were made. */
  readonly calls: ReadonlyMap<string, Completion>;
}

/** What branches are run with. */
export interface BranchStage {
  readonly library: NodeLibrary;
  /** Effects that take calls from the log where they can (see {@link ReusedCalls}). */
  readonly effects: (policy: (inner: Policy) => ReusedCalls) => Effects;
  readonly tokenizer: Tokenizer;
}

export interface Branch {
  readonly score: number;
  /** Calls that were sampled; all others are those of the log. */
  readonly sampled: number;
}

const scored = z.object({ score: z.number() });

/** Reads a finished execution. Throws UserError where there is none of this name. */
export function readExecution(reader: EventReader, stream: string): RecordedExecution {
  const events = reader.read(stream);
  const first = events[0];
  const verdict = events.find(({ type }) => type === 'verified');
  if (first === undefined || !/\/exec\/\d+$/.test(stream)) {
    const known = reader.streams().find((name) => /\/exec\/\d+$/.test(name));
    throw new UserError(
      'no-execution',
      `There is no execution "${stream}" in this run; try one such as ${known ?? '(it has none yet)'}.`,
    );
  }
  return {
    stream,
    input: first.data,
    // An execution without an answer has no verdict and scores nothing.
    score: verdict === undefined ? 0 : scored.parse(verdict.data).score,
    calls: recordedCalls(reader, stream),
  };
}

/**
 * Runs an execution again with some of its calls redrawn, in memory, to its end. Whatever the redrawn calls do
 * not touch is taken from the log; everything else draws from the same random streams as the recording
 * (common random numbers), so the two differ by their cause alone.
 *
 * @param redrawn number of the draw for each call that is drawn anew
 */
export async function branch(
  { stream, input, calls }: RecordedExecution,
  redrawn: ReadonlyMap<string, number>,
  stage: BranchStage,
): Promise<Branch> {
  let sampled = () => 0;
  const effects = stage.effects((inner) => {
    const policy = new ReusedCalls(inner, stage.tokenizer, calls, redrawn);
    sampled = () => policy.sampled;
    return policy;
  });
  const createActor = actorFactory(stage.library);
  const scheduler = new Scheduler({ log: new MemoryLog(() => 0), effects, createActor });
  const output = await scheduler.run('execution', stream, input);
  return { score: scored.parse(output).score, sampled: sampled() };
}
