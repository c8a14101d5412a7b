import { z } from 'zod';
import { redrawPlace } from '../../machines/redraw.ts';
import type { JsonObject } from '../core/json.ts';
import { type RecordedCall, recordedCall } from '../policies/recorded-call.ts';

/** The part of a stored event that credit reads. */
export interface LogEvent {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: JsonObject;
  readonly bytes?: Uint8Array;
}

/** One policy call of the log, named by its stream and key. */
export interface LoggedCall {
  readonly stream: string;
  readonly call: RecordedCall;
  /** False for what a fork put into a call's mouth. */
  readonly sampled: boolean;
}

/** A call of an execution, and the scores of the branches that draw it anew, where there are any. */
export interface BranchedCall extends LoggedCall {
  readonly branches: readonly number[];
}

export interface ExecutionTree {
  readonly stream: string;
  readonly score: number;
  readonly calls: readonly BranchedCall[];
}

export interface DesignTree {
  readonly stream: string;
  readonly script: string;
  /** Structure of a valid design; null for a rejected script. */
  readonly shape: string | null;
  /** Cause of a rejection; null for a valid design. */
  readonly rejected: string | null;
  /** The call that wrote it; null for a script that took a designer's place. */
  readonly call: LoggedCall | null;
  readonly executions: readonly ExecutionTree[];
}

/** One task's rollout tree as the log tells it. */
export interface TaskTree {
  readonly stream: string;
  readonly family: string;
  readonly designs: readonly DesignTree[];
}

const rolloutSchema = z.object({ task: z.object({ family: z.string() }) });
const designerSchema = z.object({ script: z.string() });
const compiledSchema = z.object({ shape: z.string() });
const rejectedSchema = z.object({ cause: z.string() });
const finishedSchema = z.object({
  key: z.string(),
  output: z.object({ score: z.number(), calls: z.number() }),
});

/**
 * Folds the events of one step (all streams under `step/NNNN`) into its rollout trees. The result depends
 * on what each stream holds, never on the order in which streams were written. Unfinished trees throw.
 */
export function readTrees(events: Iterable<LogEvent>): TaskTree[] {
  const streams = new Map<string, LogEvent[]>();
  for (const event of events) {
    const list = streams.get(event.stream);
    if (list === undefined) streams.set(event.stream, [event]);
    else list.push(event);
  }
  const names = [...streams.keys()].sort();
  const callsUnder = groupCalls(names, streams);
  const designsOf = Map.groupBy(
    names.filter((name) => DESIGN.test(name)),
    (name) => name.slice(0, name.lastIndexOf('/design/')),
  );
  return names
    .filter((name) => /\/task\/\d+$/.test(name))
    .map((name) => readTree(name, designsOf.get(name) ?? [], streams, callsUnder));
}

const DESIGN = /\/task\/\d+\/design\/\d+$/;

function readTree(
  name: string,
  designStreams: readonly string[],
  streams: ReadonlyMap<string, readonly LogEvent[]>,
  callsUnder: ReadonlyMap<string, readonly LoggedCall[]>,
): TaskTree {
  const own = streams.get(name) ?? [];
  const { task } = rolloutSchema.parse(own[0]?.data);
  const scores = new Map<string, number>();
  const branches = new Map<string, number[]>();
  for (const event of own) {
    if (event.type !== 'execution.finished') continue;
    const { key, output } = finishedSchema.parse(event.data);
    const branch = redrawPlace(`${name}/${key}`);
    if (branch === null) scores.set(`${name}/${key}`, output.score);
    else branches.set(branch.call, [...(branches.get(branch.call) ?? []), output.score]);
  }
  const designs = designStreams.map((stream) =>
    readDesign(stream, streams.get(stream) ?? [], { scores, branches, callsUnder }),
  );
  return { stream: name, family: task.family, designs };
}

/** What became of executions and their branches, by their names, and the calls they made. */
interface Outcomes {
  readonly scores: ReadonlyMap<string, number>;
  readonly branches: ReadonlyMap<string, readonly number[]>;
  readonly callsUnder: ReadonlyMap<string, readonly LoggedCall[]>;
}

function readDesign(
  stream: string,
  events: readonly LogEvent[],
  { scores, branches, callsUnder }: Outcomes,
): DesignTree {
  const called = events.find((event) => event.type === 'called');
  const compiled = events.find((event) => event.type === 'compiled');
  const rejected = events.find((event) => event.type === 'rejected');
  const call = called === undefined ? null : loggedCall(stream, called);
  const executions = [...scores]
    .filter(([name]) => name.startsWith(`${stream}/exec/`))
    .map(([name, score]) => ({
      stream: name,
      score,
      calls: (callsUnder.get(name) ?? []).map((logged) => ({
        ...logged,
        branches: branches.get(`${logged.stream}/${logged.call.key}`) ?? [],
      })),
    }));
  return {
    stream,
    script: call?.call.text ?? designerSchema.parse(events[0]?.data).script,
    shape: compiled === undefined ? null : compiledSchema.parse(compiled.data).shape,
    rejected:
      compiled !== undefined
        ? null
        : rejected === undefined
          ? 'unfinished'
          : rejectedSchema.parse(rejected.data).cause,
    call,
    executions,
  };
}

/** Executor calls by the execution they belong to; those of branches are samples of another question. */
function groupCalls(
  names: readonly string[],
  streams: ReadonlyMap<string, readonly LogEvent[]>,
): Map<string, LoggedCall[]> {
  const calls = new Map<string, LoggedCall[]>();
  for (const stream of names) {
    const cut = stream.indexOf('/agent/');
    if (cut < 0 || redrawPlace(stream) !== null) continue;
    const execution = stream.slice(0, cut);
    const list = calls.get(execution) ?? [];
    for (const event of streams.get(stream) ?? []) {
      if (event.type === 'called') list.push(loggedCall(stream, event));
    }
    calls.set(execution, list);
  }
  return calls;
}

function loggedCall(stream: string, event: LogEvent): LoggedCall {
  return { stream, call: recordedCall(event), sampled: event.data.forced !== true };
}
