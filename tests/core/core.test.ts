import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/json.ts';
import { RandomStream } from '../../src/core/random.ts';

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  it('reads back as what went in', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('drops undefined members and refuses what JSON cannot hold', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(() => canonicalJson({ x: Number.NaN })).toThrow('NaN');
    expect(() => canonicalJson(() => 1)).toThrow('function');
  });
});

describe('random streams', () => {
  it('give the same draws for the same name, and others for another', () => {
    const draws = (...path: (string | number)[]) => {
      const stream = new RandomStream(1, ...path);
      return [stream.uniform(), stream.uniform(), stream.uniform()];
    };
    expect(draws('a', 1)).toEqual(draws('a', 1));
    expect(draws('a', 1)).not.toEqual(draws('a', 2));
    expect(draws('a', 1)).not.toEqual(draws('a/1', ''));
  });

  it('can be read at any index without moving', () => {
    const stream = new RandomStream(3, 'x');
    const third = stream.at(2);
    stream.uniform();
    stream.uniform();
    expect(stream.uniform()).toBe(third);
  });

  it('are uniform', () => {
    const stream = new RandomStream(9, 'bits');
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) bins[Math.floor(stream.uniform() * 16)]! += 1;
    const chi2 = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(37.7); // 99.9 % quantile at 15 degrees of freedom
  });

  it('have normal draws with mean 0 and variance 1', () => {
    const stream = new RandomStream(4, 'normal');
    const draws = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('draw neighbouring names independently', () => {
    const pairs = Array.from({ length: 5000 }, (_, i) => [
      new RandomStream(1, 'step', i, 'token').uniform(),
      new RandomStream(1, 'step', i + 1, 'token').uniform(),
    ]);
    const correlation = pairs.reduce((sum, [a = 0, b = 0]) => sum + (a - 0.5) * (b - 0.5), 0) / pairs.length;
    expect(Math.abs(correlation * 12)).toBeLessThan(0.06);
  });

  it('shuffle to a permutation', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new RandomStream(1, 's').shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
