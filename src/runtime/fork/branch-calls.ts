import { redrawPlace } from '../../../machines/redraw.ts';
import type { EventReader } from '../../../store/event-log.ts';
import type { CallRequest, Completion, Policy } from '../../policies/policy.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { renderPrompt } from '../../policies/template.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';

/**
 * A policy in front of another one that plays the calls of branches (see `machines/redraw.ts`); all others pass
 * through. The call that a branch is about is sampled under draws of its own. Every other one stands for the call of
 * the same place in the execution: it is taken from the log where the prompt is the same, and otherwise sampled with
 * that call's draws (common random numbers), so that a branch differs from its execution by its cause alone and
 * costs only the calls that its cause has changed.
 */
export class BranchCalls implements Policy {
  readonly #inner: Policy;
  readonly #tokenizer: Tokenizer;
  readonly #recorded: EventReader;
  readonly #executions = new Map<string, ReadonlyMap<string, Completion>>();

  /** @param recorded where the executions are that get branched */
  constructor(inner: Policy, tokenizer: Tokenizer, recorded: EventReader) {
    this.#inner = inner;
    this.#tokenizer = tokenizer;
    this.#recorded = recorded;
  }

  async complete(request: CallRequest): Promise<Completion> {
    const place = redrawPlace(request.stream);
    if (place === null) return this.#inner.complete(request);
    const { execution, call, draw, rest } = place;
    const same = `${execution}/${rest}`;
    if (same === call) return this.#inner.complete({ ...request, stream: `redraw/${draw}/${call}` });
    return this.#reused(request, execution, same) ?? this.#inner.complete({ ...request, stream: same });
  }

  /** The inner policy belongs to whoever made it. */
  async close(): Promise<void> {}

  #reused({ prompt }: CallRequest, execution: string, call: string): Completion | null {
    // Behind a fork with fresh draws, streams of draws have a name in front of the place.
    const recorded = this.#callsOf(execution.replace(FRESH, '')).get(call.replace(FRESH, ''));
    if (recorded === undefined) return null;
    const asked = renderPrompt(prompt, this.#tokenizer);
    const { promptTokens } = recorded;
    const same = asked.length === promptTokens.length && asked.every((id, at) => id === promptTokens[at]);
    return same ? { ...recorded, reused: true } : null;
  }

  /** An execution has many branches; what it said is read once for all of them that play together. */
  #callsOf(execution: string): ReadonlyMap<string, Completion> {
    const known = this.#executions.get(execution);
    if (known !== undefined) return known;
    if (this.#executions.size >= EXECUTIONS) this.#executions.clear();
    const calls = recordedCalls(this.#recorded, `${execution}/agent`);
    this.#executions.set(execution, calls);
    return calls;
  }
}

/** Executions whose calls are remembered. */
const EXECUTIONS = 1000;
const FRESH = /^fork\/.*?\/(?=step\/|eval\/)/;

/** The calls of an execution, or of all under a prefix, by their names and in the order of their names. */
export function recordedCalls(log: EventReader, prefix: string): ReadonlyMap<string, Completion> {
  const calls = log
    .readPrefix(prefix)
    .filter(({ stream, type }) => type === 'called' && /\/exec\/\d+\/agent\/[^/]+$/.test(stream))
    .map((event): [string, Completion] => {
      const { key, ...completion } = recordedCall(event);
      return [`${event.stream}/${key}`, completion];
    });
  return new Map(calls.sort(([a], [b]) => (a < b ? -1 : 1)));
}
