import { z } from 'zod';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import type { Json } from '../core/json.ts';
import type { Tokenizer } from '../policies/tokenizer.ts';
import type { FailedTest } from '../tasks/task.ts';
import { type CallView, readCall } from './call-view.ts';

/** What happened in one execution, or in one branch of it, as its events tell it. */
export interface Transcript {
  readonly stream: string;
  /** Agents, and questions to the world, in the order in which they began. */
  readonly parts: readonly Part[];
  readonly verdict: VerdictView | null;
}
export type Part = AgentPart | CheckPart | ValuePart;

export interface AgentPart {
  readonly kind: 'agent';
  readonly stream: string;
  readonly name: string;
  /** Whether each agent reads a copy of its own of the task. */
  readonly copied: boolean;
  readonly turns: readonly (CallView | ToolView)[];
  /** Why it came to no answer; null while it may, and if it did. */
  readonly cause: string | null;
}

/** What a tool returned to its agent. */
export interface ToolView {
  readonly text: string;
  readonly failure?: string;
}

/** What the environment said about a draft. */
export interface CheckPart {
  readonly kind: 'check';
  readonly key: string;
  readonly passed: boolean;
  readonly text: string;
  readonly failed?: FailedTest;
}

/** What a function of the design's own script said. */
export interface ValuePart {
  readonly kind: 'value';
  readonly key: string;
  readonly value: Json;
}

export interface VerdictView {
  readonly score: number;
  /** The answer, or why there is none. */
  readonly answer: string;
  readonly parts: { readonly [part: string]: number };
  readonly failed?: FailedTest;
}

const agentStart = z.object({ name: z.string(), family: z.string().optional() });
const returned = z.object({ text: z.string(), failure: z.string().exactOptional() });
const finished = z.object({
  key: z.string(),
  output: z.object({ ok: z.boolean().optional(), cause: z.string().optional() }),
});
const failedTest = z.object({
  index: z.number(),
  input: z.array(z.json()),
  expected: z.json(),
  actual: z.json().exactOptional(),
  error: z.string().exactOptional(),
});
const checked = z.object({
  key: z.string(),
  passed: z.boolean(),
  text: z.string(),
  failed: failedTest.exactOptional(),
});
const evaluated = z.object({ key: z.string(), value: z.json() });
const verified = z.object({
  score: z.number(),
  answer: z.object({
    value: z.union([z.number(), z.string()]).optional(),
    source: z.string().optional(),
    cause: z.string().optional(),
  }),
  parts: z.record(z.string(), z.number()).default({}),
  failed: failedTest.exactOptional(),
});

/** Reads what happened under an execution's stream up to event `upTo`; its branches are executions of their own. */
export function readTranscript(
  reader: EventReader,
  stream: string,
  tokenizer: Tokenizer | null,
  upTo = reader.count(),
): Transcript {
  const events = reader.readPrefix(stream, { upTo });
  const own = events.filter((event) => event.stream === stream);
  const verdict = own.find(({ type }) => type === 'verified');
  return {
    stream,
    parts: events.flatMap((event): Part[] => {
      if (event.stream !== stream) {
        const begins = event.type === 'started' && event.stream.startsWith(`${stream}/agent/`);
        return begins ? [agentPart(event, events, own, tokenizer)] : [];
      }
      if (event.type === 'checked') return [{ kind: 'check', ...checked.parse(event.data) }];
      return event.type === 'evaluated' ? [{ kind: 'value', ...evaluated.parse(event.data) }] : [];
    }),
    verdict: verdict === undefined ? null : readVerdict(verdict),
  };
}

function agentPart(
  { stream, data }: StoredEvent,
  events: readonly StoredEvent[],
  own: readonly StoredEvent[],
  tokenizer: Tokenizer | null,
): AgentPart {
  const { name, family } = agentStart.parse(data);
  const end = own
    .filter(({ type }) => type === 'agent.finished')
    .map((event) => finished.parse(event.data))
    .find(({ key }) => stream.endsWith(`/${key}`))?.output;
  return {
    kind: 'agent',
    stream,
    name,
    copied: family !== undefined,
    cause: end?.ok === false ? (end.cause ?? 'failed') : null,
    turns: events
      .filter((event) => event.stream === stream)
      .flatMap((event): (CallView | ToolView)[] => {
        if (event.type === 'called') return [readCall(event, tokenizer)];
        return event.type === 'tool.returned' ? [returned.parse(event.data)] : [];
      }),
  };
}

function readVerdict({ data }: StoredEvent): VerdictView {
  const { answer, ...judged } = verified.parse(data);
  const { value, source, cause } = answer;
  return { ...judged, answer: String(value ?? source ?? cause ?? '') };
}
