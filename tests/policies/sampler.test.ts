import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { drawToken } from '../../src/policies/sampler.ts';

const logitsOf = fc
  .array(fc.float({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values));
const temperature = fc.double({ min: 0.25, max: 4, noNaN: true });
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Probabilities without any trick: only for small logits. */
function softmax(logits: ArrayLike<number>, heat: number): number[] {
  const weights = Array.from(logits, (logit) => Math.exp(logit / heat));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

describe('sampler', () => {
  it('reports the log of the softmax at its temperature', () => {
    fc.assert(
      fc.property(logitsOf, temperature, uniform, (logits, heat, draw) => {
        const { token, logProb } = drawToken(logits, 0, logits.length, heat, draw);
        expect(logProb).toBe(Math.fround(logProb));
        expect(logProb).toBeCloseTo(Math.log(softmax(logits, heat)[token] ?? 0), 4);
      }),
    );
  });

  it('draws the token in whose share of [0, 1) the draw falls, in order of ids', () => {
    fc.assert(
      fc.property(logitsOf, temperature, uniform, (logits, heat, draw) => {
        const shares = softmax(logits, heat);
        const { token } = drawToken(logits, 0, logits.length, heat, draw);
        const before = shares.slice(0, token).reduce((sum, share) => sum + share, 0);
        expect(before).toBeLessThanOrEqual(draw + 1e-9);
        expect(before + (shares[token] ?? 0)).toBeGreaterThan(draw - 1e-9);
      }),
    );
  });

  it('draws each token as often as its probability says', () => {
    const logits = Float32Array.of(9, 0, 1, -1, 2, 9);
    const random = new RandomStream(1, 'frequency');
    const counts = [0, 0, 0, 0];
    const draws = 40_000;
    for (let i = 0; i < draws; i++) {
      const { token } = drawToken(logits, 1, 4, 1.5, random.at(i));
      counts[token] = (counts[token] ?? 0) + 1;
    }
    softmax([0, 1, -1, 2], 1.5).forEach((share, token) => {
      const deviation = Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs((counts[token] ?? 0) / draws - share)).toBeLessThan(4 * deviation);
    });
  });

  it('is stable for logits that overflow an exponential, and masks nothing', () => {
    const { token, logProb } = drawToken(Float32Array.of(1e30, -1e30, 1e30), 0, 3, 1, 0.75);
    expect(token).toBe(2);
    expect(logProb).toBeCloseTo(Math.log(0.5));
    expect(drawToken(Float32Array.of(0, 0, 0), 0, 3, 1, 0).token).toBe(0);
    expect(drawToken(Float32Array.of(0, 0, 0), 0, 3, 1, 1 - 2 ** -53).token).toBe(2);
  });

  it('refuses logits that are not finite and temperatures that are not positive', () => {
    expect(() => drawToken(Float32Array.of(0, Number.NaN), 0, 2, 1, 0.5)).toThrow(/finite/);
    expect(() => drawToken(Float32Array.of(0, Number.POSITIVE_INFINITY), 0, 2, 1, 0.5)).toThrow(/finite/);
    expect(() => drawToken(Float32Array.of(0, 1), 0, 2, 0, 0.5)).toThrow(/finite/);
    expect(() => drawToken(Float32Array.of(0, 1), 0, 3, 1, 0.5)).toThrow(/finite/);
  });

  it('gives the same draw with a used scratch', () => {
    const scratch = new Float64Array(5).fill(7);
    const logits = Float32Array.of(0, 1, 2);
    expect(drawToken(logits, 0, 3, 1, 0.4, scratch)).toEqual(drawToken(logits, 0, 3, 1, 0.4));
  });
});
