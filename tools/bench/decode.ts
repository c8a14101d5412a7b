import { must } from '../../src/core/errors.ts';
import { Decoder } from '../../src/policies/decoder.ts';
import { EmbeddedPolicy } from '../../src/policies/embedded-policy.ts';
import type { Prompt } from '../../src/policies/prompt.ts';
import { renderPrompt } from '../../src/policies/template.ts';
import { cpuNow, type Measuring, now } from './measure.ts';
import { prompts, type Workload } from './workload.ts';

/** Sampled tokens per second; tokens of prompts are read as well, but not counted. */
export interface DecodeFigures {
  /** A decoder on the calling thread. */
  readonly tokensPerSecond: number;
  /** The same by CPU time, which other programs take less from. */
  readonly tokensPerCpuSecond: number;
  /** The embedded policy with two sampling threads: with rendering, messages and decoding to text. */
  readonly tokensPerSecondTwoThreads: number;
}

/** Rows that a thread decodes at once, as in a run. */
const SLOTS = 64;
const PROMPT_TOKENS = 36;
/** The weights know nothing and end a completion by chance only, once in `vocab` tokens. */
const COMPLETION_TOKENS = 15;

/** Measures sampling with never too few requests waiting: half of the time for one thread, half for two. */
export async function measureDecode(given: Workload, measuring: Measuring): Promise<DecodeFigures> {
  const asked = prompts(given, 256, PROMPT_TOKENS);
  const half = { ...measuring, seconds: measuring.seconds / 2 };
  const { rate, cpuRate } = await oneThread(given, asked, half);
  return {
    tokensPerSecond: rate,
    tokensPerCpuSecond: cpuRate,
    tokensPerSecondTwoThreads: await twoThreads(given, asked, half),
  };
}

async function oneThread(
  given: Workload,
  asked: readonly Prompt[],
  measuring: Measuring,
): Promise<TokenMeter> {
  const { config, transformer, weights, material } = given;
  const { seed, rollout } = config;
  const rendered = asked.map((prompt) => renderPrompt(prompt, material.tokenizer));
  const decoder = new Decoder(transformer, { seed, end: material.tokenizer.end, slots: SLOTS });
  await decoder.load(weights);
  const meter = new TokenMeter(SLOTS, measuring);
  let next = 0;
  const submit = (): void => {
    const prompt = must(rendered[next % rendered.length], 'a prompt');
    const stream = `bench/${next++}`;
    const request = { prompt, stream, temperature: rollout.temperature, maxTokens: COMPLETION_TOKENS };
    decoder.submit(request, ({ tokens }) => {
      meter.count(tokens.length);
      submit();
    });
  };
  for (let i = 0; i < 2 * SLOTS; i++) submit();
  while (!meter.over) await decoder.step();
  await decoder.close();
  return meter;
}

async function twoThreads(given: Workload, asked: readonly Prompt[], measuring: Measuring): Promise<number> {
  const { config, transformer, weights, material } = given;
  const policy = new EmbeddedPolicy({
    config: transformer,
    tokenizer: material.tokenizer,
    seed: config.seed,
    workers: 2,
    slots: SLOTS,
    models: { designer: 'shared', executor: 'shared' },
  });
  try {
    await policy.load('shared', weights);
    const meter = new TokenMeter(4 * SLOTS, measuring);
    const sampler = { temperature: config.rollout.temperature, maxTokens: COMPLETION_TOKENS };
    let next = 0;
    const asker = async (): Promise<void> => {
      while (!meter.over) {
        const prompt = must(asked[next % asked.length], 'a prompt');
        const stream = `bench/${next++}`;
        const { tokens } = await policy.complete({ role: 'executor', prompt, stream, sampler });
        meter.count(tokens.length);
      }
    };
    await Promise.all(Array.from({ length: 4 * SLOTS }, asker));
    return meter.rate;
  } finally {
    await policy.close();
  }
}

/** Counts the tokens of completions that end within a span of time, which begins after the first few. */
class TokenMeter {
  readonly #measuring: Measuring;
  #warmUp: number;
  #start = Number.POSITIVE_INFINITY;
  #last = 0;
  #cpuStart = 0;
  #cpuLast = 0;
  #tokens = 0;

  constructor(warmUp: number, measuring: Measuring) {
    this.#warmUp = warmUp;
    this.#measuring = measuring;
  }

  count(tokens: number): void {
    this.#measuring.pulse?.();
    if (this.over) return;
    if (this.#warmUp-- > 0) {
      if (this.#warmUp === 0) [this.#start, this.#cpuStart] = [now(), cpuNow()];
      return;
    }
    this.#tokens += tokens;
    [this.#last, this.#cpuLast] = [now(), cpuNow()];
  }

  get over(): boolean {
    return now() - this.#start > this.#measuring.seconds;
  }

  get rate(): number {
    return this.#tokens / (this.#last - this.#start);
  }

  get cpuRate(): number {
    return this.#tokens / (this.#cpuLast - this.#cpuStart);
  }
}
