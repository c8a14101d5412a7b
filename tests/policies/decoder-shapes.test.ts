import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Feeds } from '../../src/onnx/session.ts';
import { Decoder } from '../../src/policies/decoder.ts';
import { renderPrompt } from '../../src/policies/template.ts';
import { CONFIG, requests, tokenizer, WEIGHTS } from './small-policy.ts';

// Whether a batch of one row or another padding changes bits depends on the processor's kernels, so that a
// comparison of results may pass by luck. Here it is the shapes that are checked.
const fed = vi.hoisted((): Feeds[] => []);
vi.mock(import('../../src/onnx/session.ts'), async (original) => {
  const session = await original();
  return {
    ...session,
    localSession: async (model) => {
      const { run, close } = await session.localSession(model);
      const recorded = (feeds: Feeds) => {
        fed.push(feeds);
        return run(feeds);
      };
      return { run: recorded, close };
    },
  };
});

const asked = requests(90).map(({ prompt, stream, sampler }) => ({
  prompt: renderPrompt(prompt, tokenizer),
  stream,
  ...sampler,
}));

/** Returns how many tokens were sampled by decoding: all but the first of each completion. */
async function sample(count: number, slots: number): Promise<number> {
  let decoded = 0;
  const decoder = new Decoder(CONFIG, { seed: 7, end: tokenizer.end, slots });
  await decoder.load(WEIGHTS);
  for (const request of asked.slice(0, count))
    decoder.submit(request, ({ tokens }) => {
      decoded += Math.max(0, tokens.length - 1);
    });
  while (decoder.busy) await decoder.step();
  await decoder.close();
  return decoded;
}

beforeEach(() => {
  fed.length = 0;
});

describe('shapes that the decoder feeds', () => {
  it.each([
    [1, 64],
    [2, 1],
    [90, 3],
    [90, 64],
  ])('never have fewer than two rows, with %i requests for %i slots', async (count, slots) => {
    await sample(count, slots);
    expect(fed.length).toBeGreaterThan(2);
    for (const feeds of fed) for (const { dims } of Object.values(feeds)) expect(dims[0]).toBeGreaterThan(1);
  });

  it('pad a prompt by its own length only', async () => {
    await sample(90, 64);
    const widths = new Set<number>();
    for (const { tokens, lengths } of fed) {
      if (tokens === undefined || lengths === undefined) continue;
      const width = tokens.dims[1] ?? 0;
      widths.add(width);
      // A row of length 1 is padding: every prompt has its segments' tokens at least.
      for (const length of lengths.data) {
        if (length > 1) expect(width).toBe(Math.min(CONFIG.context, Math.ceil(length / 8) * 8));
      }
    }
    expect(widths.size).toBeGreaterThan(1);
  });

  it('read a prompt that many requests share once', async () => {
    const [first] = asked;
    const decoder = new Decoder(CONFIG, { seed: 7, end: tokenizer.end, slots: 64 });
    await decoder.load(WEIGHTS);
    for (let i = 0; i < 40; i++) {
      decoder.submit({ prompt: first?.prompt ?? [], stream: `${i}`, temperature: 1, maxTokens: 3 }, () => {});
    }
    while (decoder.busy) await decoder.step();
    await decoder.close();
    const prefills = fed.filter(({ tokens }) => tokens !== undefined);
    expect(prefills.map(({ tokens }) => tokens?.dims[0])).toEqual([2]);
  });

  it('have no rows for requests that are finished', async () => {
    const decoded = await sample(60, 64);
    const rows = fed.flatMap(({ token }) => (token === undefined ? [] : [token.dims[0] ?? 0]));
    const padding = rows.filter((count) => count === 2).length;
    const all = rows.reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThanOrEqual(decoded);
    expect(all - padding).toBeLessThanOrEqual(decoded);
  });

  it('let attention read as many positions as the row’s own asks for', async () => {
    await sample(90, 64);
    const widths = new Set<number>();
    for (const { position, key0, value0 } of fed) {
      if (position === undefined) continue;
      const width = key0?.dims[2] ?? 0;
      expect(value0?.dims[2]).toBe(width);
      widths.add(width);
      // A row at position 0 is padding.
      for (const at of position.data) {
        if (at > 0) expect(width).toBe(Math.min(CONFIG.context, (Math.floor(at / 32) + 1) * 32));
      }
    }
    expect(widths.size).toBeGreaterThan(1);
  });
});
