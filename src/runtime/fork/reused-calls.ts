import type { EventReader } from '../../../store/event-log.ts';
import type { CallRequest, Completion, Policy } from '../../policies/policy.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { renderPrompt } from '../../policies/template.ts';
import type { Tokenizer } from '../../policies/tokenizer.ts';

/** A call by the name of its random stream: `…/exec/00/agent/solve/turn/0`. */
type CallName = string;

/**
 * A policy in front of another one that answers a call from the log wherever the log holds the same call: the
 * same place, the same prompt, the same draws and the same weights give the same completion, so that a branch
 * costs only the calls that its cause has changed. Calls in `redrawn` are always sampled, under draws of their own.
 */
export class ReusedCalls implements Policy {
  /** Calls that had to be sampled. */
  sampled = 0;
  readonly #inner: Policy;
  readonly #tokenizer: Tokenizer;
  readonly #recorded: ReadonlyMap<CallName, Completion>;
  readonly #redrawn: ReadonlyMap<CallName, number>;

  constructor(
    inner: Policy,
    tokenizer: Tokenizer,
    recorded: ReadonlyMap<CallName, Completion>,
    redrawn: ReadonlyMap<CallName, number> = new Map(),
  ) {
    this.#inner = inner;
    this.#tokenizer = tokenizer;
    this.#recorded = recorded;
    this.#redrawn = redrawn;
  }

  async complete(request: CallRequest): Promise<Completion> {
    const draw = this.#redrawn.get(request.stream);
    if (draw !== undefined) {
      this.sampled++;
      return this.#inner.complete({ ...request, stream: `redraw/${draw}/${request.stream}` });
    }
    const recorded = this.#recorded.get(request.stream);
    if (recorded !== undefined) {
      const prompt = renderPrompt(request.prompt, this.#tokenizer);
      const same =
        prompt.length === recorded.promptTokens.length &&
        prompt.every((token, index) => token === recorded.promptTokens[index]);
      if (same) return recorded;
    }
    this.sampled++;
    return this.#inner.complete(request);
  }

  /** The inner policy belongs to whoever made it. */
  async close(): Promise<void> {}
}

/** The calls under a prefix, by their names. */
export function recordedCalls(reader: EventReader, prefix: string): Map<CallName, Completion> {
  const calls = new Map<CallName, Completion>();
  for (const event of reader.readPrefix(prefix)) {
    if (event.type !== 'called') continue;
    const { key, ...completion } = recordedCall(event);
    calls.set(`${event.stream}/${key}`, completion);
  }
  return calls;
}
