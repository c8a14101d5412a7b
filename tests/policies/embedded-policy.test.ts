import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { InvariantError } from '../../src/core/errors.ts';
import { EmbeddedPolicy } from '../../src/policies/embedded-policy.ts';
import { weightsHash } from '../../src/policies/parameters.ts';
import type { CallRequest, Completion } from '../../src/policies/policy.ts';
import { SamplerThread } from '../../src/policies/sampler-thread.ts';
import { ScriptedPolicy } from '../../src/policies/scripted-policy.ts';
import { renderPrompt } from '../../src/policies/template.ts';
import { CONFIG, requests, sharpWeights, tokenizer, WEIGHTS } from './small-policy.ts';

const SHARED = { designer: 'shared', executor: 'shared' };
const OTHERS = sharpWeights(4);

function policyWith(
  options: { workers?: number; slots?: number; models?: { designer: string; executor: string } } = {},
) {
  return new EmbeddedPolicy({
    config: CONFIG,
    tokenizer,
    seed: 7,
    workers: options.workers ?? 1,
    slots: options.slots ?? 16,
    models: options.models ?? SHARED,
  });
}

async function complete(policy: EmbeddedPolicy, asked: readonly CallRequest[]): Promise<Completion[]> {
  try {
    return await Promise.all(asked.map((request) => policy.complete(request)));
  } finally {
    await policy.close();
  }
}

/** What each promise came to: `ok`, or the error's message. */
async function outcomes(promises: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => (result.status === 'fulfilled' ? 'ok' : String(result.reason.message)));
}

describe('embedded policy', () => {
  it('gives the same completions with any number of threads and slots', async () => {
    const asked = requests(150);
    const results: Completion[][] = [];
    for (const [workers, slots] of [
      [1, 64],
      [2, 5],
      [3, 16],
    ] as const) {
      const policy = policyWith({ workers, slots });
      await policy.load('shared', WEIGHTS);
      results.push(await complete(policy, asked));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    results[0]?.forEach(({ text, tokens, promptTokens, version, logProbs }, index) => {
      expect(text).toBe(tokenizer.decode(tokens).replace(/^<call>/, ''));
      expect(promptTokens).toEqual(renderPrompt(asked[index]?.prompt ?? [], tokenizer));
      expect(version).toBe(weightsHash(WEIGHTS));
      for (const logProb of logProbs) expect(logProb).toBeLessThanOrEqual(0);
    });
  });

  it('takes requests in while others are being decoded', async () => {
    const policy = policyWith({ slots: 4 });
    await policy.load('shared', WEIGHTS);
    const [first, second] = requests(2);
    if (first === undefined || second === undefined) throw new Error('no requests');
    const order: string[] = [];
    const long = { ...first, sampler: { temperature: 40, maxTokens: 40 } };
    const short = { ...second, sampler: { temperature: 1, maxTokens: 1 } };
    const late = policy.complete(long).then(() => order.push('long'));
    await new Promise((resolve) => setImmediate(resolve));
    await policy.complete(short).then(() => order.push('short'));
    await late;
    await policy.close();
    expect(order).toEqual(['short', 'long']);
  });

  it('plays each role with its own model, and with new weights once they are loaded', async () => {
    const asked = requests(30);
    const policy = policyWith({ workers: 2, models: { designer: 'designer', executor: 'executor' } });
    await Promise.all([policy.load('designer', WEIGHTS), policy.load('executor', OTHERS)]);
    const before = await Promise.all(asked.map((request) => policy.complete(request)));
    await policy.load('executor', WEIGHTS);
    const after = await complete(policy, asked);
    expect(new Set(asked.map(({ role }) => role)).size).toBe(2);
    asked.forEach(({ role }, index) => {
      expect(after[index]?.version).toBe(weightsHash(WEIGHTS));
      expect(before[index]?.version).toBe(weightsHash(role === 'designer' ? WEIGHTS : OTHERS));
      if (role === 'designer') expect(before[index]).toEqual(after[index]);
    });
    expect(before).not.toEqual(after);
  });

  it('gives threads the weights that are not those they play with, and no others', async () => {
    const given = vi.spyOn(SamplerThread.prototype, 'load');
    const policy = policyWith({ models: { designer: 'designer', executor: 'executor' } });
    const count = async (model: string, weights: Float32Array) => {
      const before = given.mock.calls.length;
      await policy.load(model, weights);
      return given.mock.calls.length - before;
    };
    // Equal content is what counts, not the array; and back again is new again.
    expect(await count('designer', WEIGHTS)).toBe(1);
    expect(await count('executor', WEIGHTS)).toBe(1);
    expect(await count('executor', WEIGHTS.slice())).toBe(0);
    expect(await count('executor', OTHERS)).toBe(1);
    expect(await count('designer', WEIGHTS)).toBe(0);
    expect(await count('executor', WEIGHTS)).toBe(1);
    await policy.close();
    given.mockRestore();
  });

  it('refuses calls before weights are loaded and after it is closed', async () => {
    const [request] = requests(1);
    if (request === undefined) throw new Error('no request');
    const policy = policyWith();
    await expect(policy.complete(request)).rejects.toThrow(/loaded weights of the model shared/);
    await policy.load('shared', WEIGHTS);
    await policy.complete(request);
    await policy.close();
    await policy.close();
    await expect(policy.complete(request)).rejects.toThrow(/closed/);
    await expect(policy.load('shared', WEIGHTS)).rejects.toThrow(/closed/);
  });

  it('refuses new weights while calls are under way, and plays on', async () => {
    const policy = policyWith();
    await policy.load('shared', WEIGHTS);
    const calls = requests(5).map((request) => policy.complete(request));
    await expect(policy.load('shared', OTHERS)).rejects.toThrow(InvariantError);
    expect(await outcomes(calls)).toEqual(Array(5).fill('ok'));
    await policy.load('shared', OTHERS);
    expect((await complete(policy, requests(1)))[0]?.version).toBe(weightsHash(OTHERS));
  });

  it('rejects every open call when it is closed', async () => {
    const policy = policyWith({ workers: 2, slots: 4 });
    await policy.load('shared', WEIGHTS);
    const calls = requests(100).map((request) => policy.complete(request));
    const settled = outcomes(calls);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await policy.close();
    const messages = await settled;
    expect(messages.filter((message) => message.includes('closed')).length).toBeGreaterThan(50);
    expect(messages.every((message) => message === 'ok' || message.includes('closed'))).toBe(true);
  });

  it('rejects every open call, the waiting ones too, if a thread fails', async () => {
    const policy = policyWith({ slots: 4 });
    await policy.load(
      'shared',
      WEIGHTS.map(() => Number.NaN),
    );
    const messages = await outcomes(requests(100).map((request) => policy.complete(request)));
    expect(messages).toHaveLength(100);
    for (const message of messages) expect(message).toMatch(/a sampling thread failed: .*not finite/s);
    await policy.close();
  });

  it('rejects a load that a thread cannot carry out', async () => {
    const policy = policyWith();
    await expect(policy.load('shared', WEIGHTS.subarray(1))).rejects.toThrow(/a sampling thread failed/);
    await policy.close();
  });

  it('lets the process end, closed or not', async () => {
    const script = `
      import { CONFIG, requests, tokenizer, WEIGHTS } from './tests/policies/small-policy.ts';
      import { EmbeddedPolicy } from './src/policies/embedded-policy.ts';
      const models = { designer: 'shared', executor: 'shared' };
      const policy = new EmbeddedPolicy({ config: CONFIG, tokenizer, seed: 7, workers: 2, models });
      await policy.load('shared', WEIGHTS);
      const done = await Promise.all(requests(10).map((request) => policy.complete(request)));
      console.log(done.length);`;
    const run = promisify(execFile);
    const { stdout } = await run(
      process.execPath,
      ['--import', 'tsx', '--input-type=module-typescript', '--eval', script],
      { timeout: 30_000 },
    );
    expect(stdout.trim()).toBe('10');
  });
});

describe('scripted policy', () => {
  it('says what its function says, for certain, and is cut off like anybody', async () => {
    const policy = new ScriptedPolicy(({ stream }) => `<call>12+${stream}`, tokenizer);
    const sampler = { temperature: 1, maxTokens: 9 };
    const request: CallRequest = {
      role: 'executor',
      prompt: [{ kind: 'task', text: 'x' }],
      stream: '30',
      sampler,
    };
    const whole = await policy.complete(request);
    expect(whole).toMatchObject({ text: '12+30', asksTool: true, finish: 'stop', logProbs: [0, 0, 0, 0, 0] });
    const cut = await policy.complete({ ...request, sampler: { ...sampler, maxTokens: 2 } });
    expect(cut).toMatchObject({ text: '12', asksTool: true, finish: 'length', logProbs: [0, 0] });
  });
});
