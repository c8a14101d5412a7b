import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localSession, output, type Session } from '../../src/onnx/session.ts';
import { type Decoded, type DecodeRequest, Decoder } from '../../src/policies/decoder.ts';
import { forwardGraph } from '../../src/policies/forward-graph.ts';
import { renderPrompt } from '../../src/policies/template.ts';
import { CONFIG, requests, sharpWeights, tokenizer, WEIGHTS } from './small-policy.ts';

const SEED = 7;
const all: DecodeRequest[] = requests(120).map(({ prompt, stream, sampler }) => ({
  prompt: renderPrompt(prompt, tokenizer),
  stream,
  ...sampler,
}));

async function withDecoder<T>(slots: number, use: (decoder: Decoder) => Promise<T>): Promise<T> {
  const decoder = new Decoder(CONFIG, { seed: SEED, end: tokenizer.end, slots });
  await decoder.load(WEIGHTS);
  try {
    return await use(decoder);
  } finally {
    await decoder.close();
  }
}

/** Submits requests in waves, `wave` before each step, and returns the results in the order of the requests. */
async function sample(
  decoder: Decoder,
  asked: readonly DecodeRequest[],
  wave = asked.length,
): Promise<Decoded[]> {
  const results: (Decoded | undefined)[] = asked.map(() => undefined);
  let next = 0;
  while (next < asked.length || decoder.busy) {
    for (const request of asked.slice(next, next + wave)) {
      const index = next++;
      decoder.submit(request, (result) => {
        expect(results[index]).toBeUndefined();
        results[index] = result;
      });
    }
    await decoder.step();
  }
  return results.map((result) => result ?? expect.fail('a request was forgotten'));
}

let expected: Decoded[];
let forward: Session;
beforeAll(async () => {
  expected = await withDecoder(64, (decoder) => sample(decoder, all));
  forward = await localSession(forwardGraph(CONFIG, WEIGHTS));
});
afterAll(() => forward.close());

describe('decoder', () => {
  it('samples completions of many lengths, ended by themselves and cut off', () => {
    expect(new Set(expected.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(8);
    expect(new Set(expected.map(({ finish }) => finish)).size).toBe(2);
    expected.forEach(({ tokens, logProbs, finish }, index) => {
      const { prompt, maxTokens } = all[index] ?? expect.fail();
      expect(logProbs).toHaveLength(tokens.length);
      expect(tokens.indexOf(tokenizer.end)).toBe(finish === 'stop' ? tokens.length - 1 : -1);
      if (finish === 'length')
        expect(tokens).toHaveLength(Math.min(maxTokens, CONFIG.context - prompt.length));
    });
  });

  it('gives a request the same bits alone as among a hundred others', () =>
    withDecoder(64, async (decoder) => {
      for (const index of [0, 1, 17, 50, 119]) {
        const [alone] = await sample(decoder, all.slice(index, index + 1));
        expect(alone).toEqual(expected[index]);
      }
    }));

  it.each([1, 2, 3, 16, 200])('gives the same bits with %i slots', (slots) =>
    withDecoder(slots, async (decoder) => expect(await sample(decoder, all)).toEqual(expected)),
  );

  it.each([1, 5, 40])('gives the same bits if %i requests arrive before each step, in reverse', (wave) =>
    withDecoder(16, async (decoder) => {
      const reversed = await sample(decoder, [...all].reverse(), wave);
      expect(reversed.reverse()).toEqual(expected);
    }),
  );

  it('reports log-probabilities that the whole network confirms within 1e-4', async () => {
    for (const index of [0, 3, 8, 21, 34, 77]) {
      const { prompt } = all[index] ?? expect.fail();
      const { tokens, logProbs } = expected[index] ?? expect.fail();
      const sequence = Int32Array.of(...prompt, ...tokens);
      const logits = output(
        await forward.run({ tokens: { data: sequence, dims: [1, sequence.length] } }),
        'logits',
      );
      tokens.forEach((token, t) => {
        const offset = (prompt.length + t - 1) * CONFIG.vocab;
        const row = logits.subarray(offset, offset + CONFIG.vocab);
        const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
        expect(Math.abs((row[token] ?? 0) - Math.log(total) - (logProbs[t] ?? 0))).toBeLessThan(1e-4);
      });
    }
  });

  it('answers a prompt that leaves no room with nothing, and fills the context to its last place', () =>
    withDecoder(4, async (decoder) => {
      const request = (length: number, maxTokens: number): DecodeRequest => ({
        prompt: Array(length).fill(tokenizer.say),
        stream: `long/${length}`,
        temperature: 50,
        maxTokens,
      });
      const [full, over, none, tight] = await sample(decoder, [
        request(CONFIG.context, 5),
        request(CONFIG.context + 9, 5),
        request(4, 0),
        request(CONFIG.context - 3, 99),
      ]);
      const nothing = { tokens: [], logProbs: [], finish: 'length' };
      expect([full, over, none]).toEqual([nothing, nothing, nothing]);
      expect(tight?.tokens).toHaveLength(3);
    }));

  it('uses new weights, and only them, after they are loaded', () =>
    withDecoder(8, async (decoder) => {
      await sample(decoder, all.slice(0, 20));
      await decoder.load(sharpWeights(4));
      expect(await sample(decoder, all.slice(0, 20))).not.toEqual(expected.slice(0, 20));
      await decoder.load(WEIGHTS);
      expect(await sample(decoder, all.slice(0, 20))).toEqual(expected.slice(0, 20));
    }));
});
