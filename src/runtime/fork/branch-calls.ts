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
    return this.#reused(request, same) ?? this.#inner.complete({ ...request, stream: same });
  }

  /** The inner policy belongs to whoever made it. */
  async close(): Promise<void> {}

  #reused({ prompt }: CallRequest, call: string): Completion | null {
    // Behind a fork with fresh draws, streams of draws have a name in front of the place.
    const recorded = recordedCompletion(this.#recorded, call.replace(/^fork\/.*?\/(?=step\/|eval\/)/, ''));
    if (recorded === null) return null;
    const asked = renderPrompt(prompt, this.#tokenizer);
    const { promptTokens } = recorded;
    const same = asked.length === promptTokens.length && asked.every((id, at) => id === promptTokens[at]);
    return same ? { ...recorded, reused: true } : null;
  }
}

/** The call of this name (`…/agent/solve/turn/0`) in a log, or null. */
export function recordedCompletion(log: EventReader, call: string): Completion | null {
  const cut = call.lastIndexOf('/turn/');
  const key = call.slice(cut + 1);
  const event = log.read(call.slice(0, cut)).find(({ type, data }) => type === 'called' && data.key === key);
  if (event === undefined) return null;
  const { key: _, ...completion } = recordedCall(event);
  return completion;
}

/** Names of the calls of an execution or of several, without those of branches, in the order of their names. */
export function callNames(log: EventReader, prefix: string): string[] {
  return log
    .streams(prefix)
    .filter((stream) => /\/exec\/\d+\/agent\/[^/]+$/.test(stream))
    .flatMap((stream) =>
      log
        .read(stream)
        .filter(({ type, data }) => type === 'called' && data.tokens !== 0 && data.forced !== true)
        .map(({ data }) => `${stream}/${String(data.key)}`),
    );
}
