import type { Prompt, Role } from './prompt.ts';

/** How a completion is drawn. Both roles sample at the temperature they are trained at (law 5). */
export interface SamplerSettings {
  readonly temperature: number;
  readonly maxTokens: number;
}

/** One call: what is asked, and the name of the random stream that its tokens are drawn from (law 3). */
export interface CallRequest {
  readonly role: Role;
  readonly prompt: Prompt;
  /** Where it stands, for example `step/0003/task/02/design/1/turn/0`: also the name of its random stream. */
  readonly stream: string;
  /** Name of the random stream, where it is not the call's own. Draw `t` samples token `t`. */
  readonly draws?: string | undefined;
  readonly sampler: SamplerSettings;
  /** The model that answers, where it is not the role's own. */
  readonly model?: string | undefined;
}

/** One completion as it was sampled; all that credit and learning need to know about it. */
export interface Completion {
  /** The sampled tokens as text, without the end token and without the mark of a tool call. */
  readonly text: string;
  /** Whether the completion calls the agent's tool; `text` is then the tool's input. */
  readonly asksTool: boolean;
  readonly promptTokens: readonly number[];
  /** Sampled token ids, the end token included when `finish` is `stop`. */
  readonly tokens: readonly number[];
  /** Natural log-probability of each sampled token at the sampling temperature. */
  readonly logProbs: readonly number[];
  readonly finish: 'stop' | 'length';
  /** Hash of the weights that sampled it, or the scripted policy's name. */
  readonly version: string;
  /** It was taken from the execution that is branched, and not sampled. */
  readonly reused?: true;
}

/**
 * The port behind which every policy stands: the embedded transformer, an endpoint, a script.
 * `complete` may be called many times at once; an implementation batches what is waiting. The result
 * depends on the request, the seed and the weights only, never on what else is in the batch.
 */
export interface Policy {
  complete(request: CallRequest): Promise<Completion>;
  close(): Promise<void>;
}

/** A policy that plays with weights of ours. */
export interface PlayingPolicy extends Policy {
  /** Gives a model new weights; while calls are under way, an InvariantError. */
  load(model: string, weights: Float32Array): Promise<void>;
}
