import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ablationLines } from '../../src/cli/ablation-lines.ts';
import type { Entry } from '../../tools/ablation/jobs/ledger.ts';
import { gain, percent } from '../../tools/ablation/report/cells.ts';
import { curvesSvg } from '../../tools/ablation/report/curves-svg.ts';
import { page } from '../../tools/ablation/report/page.ts';
import { summarise } from '../../tools/ablation/report/summary.ts';
import { schedules } from '../../tools/ablation/tables/schedules.ts';

const machine = { cores: 2, model: 'a machine' };

function entry(arm: string, seed: number, accuracies: readonly number[], curve: number[] = []): Entry {
  const families = Object.fromEntries(
    accuracies.map((heldOut, index) => [`family${index}`, { heldOut, harder: heldOut / 2, testCalls: 2 }]),
  );
  return {
    arm,
    seed,
    key: 'k',
    policyCalls: 100,
    seconds: 60,
    families,
    curve,
    commit: 'c',
    machine,
    node: '26',
  };
}

const ARMS = ['sft', 'stagewise', 'oracle'];
const TABLE = { comparisons: [{ arm: 'stagewise', against: ['sft'] }] };

describe('the summary of a table', () => {
  it('has means, t-intervals and paired differences as a textbook has them', () => {
    const entries = [
      ...[0.1, 0.2, 0.3].map((value, index) => entry('sft', index + 1, [value, value + 0.2])),
      ...[0.45, 0.5, 0.65].map((value, index) => entry('stagewise', index + 1, [value, value + 0.2])),
      ...[0.9, 0.9, 0.9].map((value, index) => entry('oracle', index + 1, [value, value])),
    ];
    const { arms, differences, closures } = summarise(entries, ARMS, TABLE);
    const [sft] = arms;
    expect(sft?.overall.heldOut?.mean).toBeCloseTo(0.3);
    // Standard deviation 0.1, three seeds: 4.303 · 0.1 / √3.
    expect(sft?.overall.heldOut?.halfWidth).toBeCloseTo(0.2484, 3);
    expect(sft?.families.family1?.heldOut?.mean).toBeCloseTo(0.4);
    // Differences 0.35, 0.3, 0.35: mean 1/3, standard deviation 0.02887.
    expect(differences[0]?.heldOut.mean).toBeCloseTo(1 / 3);
    expect(differences[0]?.heldOut.halfWidth).toBeCloseTo(0.0717, 3);
    expect(closures[0]?.share.mean).toBeCloseTo((0.35 / 0.7 + 0.3 / 0.6 + 0.35 / 0.5) / 3);
    expect(gain(differences[0]?.heldOut ?? null)).toBe('+33.3 ± 7.2 *');
    expect(percent(sft?.overall.heldOut ?? null)).toBe('30.0 ± 24.8');
  });

  it('has no ± where all seeds agree, and calls no such difference significant', () => {
    const entries = [
      ...[1, 2, 3].map((seed) => entry('sft', seed, [0.025])),
      ...[0.45, 0.5, 0.65].map((value, index) => entry('stagewise', index + 1, [value])),
      ...[1, 2, 3].map((seed) => entry('oracle', seed, [0.025 - 0.7 / 60])),
    ];
    const table = { comparisons: [{ arm: 'oracle', against: ['sft'] }] };
    const summary = summarise(entries, ARMS, table);
    const [sft, stagewise] = summary.arms;
    expect(percent(sft?.overall.heldOut ?? null)).toBe('2.5');
    expect(gain(summary.differences[0]?.heldOut ?? null)).toBe('−1.2');
    expect(percent(stagewise?.overall.heldOut ?? null)).toBe('53.3 ± 25.9');
    const head = { table: 'a', command: 'troupe bench', commit: 'c', machine, node: '26', preset: 'bench' };
    const text = page(schedules, head, entries, summary);
    expect(text).not.toContain('± 0.0');
    expect(text).toContain('Where all seeds agree there is no ±');
  });

  it('measures arms by the ends of their own span', () => {
    const entries = [
      ...[0.1, 0.5, 0.9].map((value, index) =>
        entry(['sft', 'stagewise', 'oracle'][index] ?? '', 1, [value]),
      ),
      ...[0.2, 0.3, 0.6].map((value, index) =>
        entry(['sft-b', 'stagewise-b', 'oracle-b'][index] ?? '', 1, [value]),
      ),
    ];
    const spans = ['', '-b'].map((end) => ({
      low: `sft${end}`,
      high: `oracle${end}`,
      arms: [`stagewise${end}`],
    }));
    const order = entries.map(({ arm }) => arm);
    const { closures } = summarise(entries, order, { ...TABLE, spans });
    expect(closures.map(({ arm, low, high }) => [arm, low, high])).toEqual([
      ['stagewise', 'sft', 'oracle'],
      ['stagewise-b', 'sft-b', 'oracle-b'],
    ]);
    expect(closures[0]?.share.mean).toBeCloseTo(0.5);
    expect(closures[1]?.share.mean).toBeCloseTo(0.25);
  });

  it('pairs by seed, whatever seeds there are and in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 0.5, noNaN: true })), {
          minLength: 2,
          maxLength: 9,
        }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (seeds, shift) => {
          const low = [...new Map(seeds)].map(([seed, value]) => entry('sft', seed, [value]));
          const high = low.map(({ seed, families }) =>
            entry('stagewise', seed, [(families.family0?.heldOut ?? 0) + shift]),
          );
          const { differences } = summarise([...low, ...high.toReversed()], ARMS, TABLE);
          expect(differences[0]?.heldOut.mean).toBeCloseTo(shift);
          expect(differences[0]?.heldOut.halfWidth ?? 0).toBeCloseTo(0);
        },
      ),
    );
  });

  it('is shown as lines, as a page and as a picture', () => {
    const entries = [
      entry('sft', 1, [0.2]),
      {
        ...entry('stagewise', 1, [0.6], [0.1, 0.3, 0.5, 0.4]),
        stale: true as const,
        mix: { a: { agent: 3, vote: 1 }, b: { vote: 4 } },
      },
      { ...entry('oracle', 1, [0.9]), best: { a: 'agent', b: 'vote' } },
    ];
    const summary = summarise(entries, ARMS, TABLE);
    const lines = ablationLines('Table a', summary, 1).join('\n');
    expect(lines).toContain('stagewise (stale)');
    expect(lines).toContain('+40.0');
    expect(lines).toMatch(/stagewise {2}[▁▂▃▄▅▆▇█]{4} {2}0\.40/);
    const head = { table: 'a', command: 'troupe bench', commit: 'c', machine, node: '26', preset: 'bench' };
    const text = page(schedules, head, entries, summary);
    expect(text).toContain('**1 of 3 results are stale**');
    expect(text).toContain('| stagewise | sft | 1 | +40.0 | +20.0 |');
    expect(text).toContain('| a | agent 75, vote 25 |');
    // 7 of 8 by a look at the task; blind, 3 of 8 and 5 of 8.
    expect(text).toContain('| stagewise | oracle | 1 | 87.5 | 50.0 | +37.5 |');
    const svg = curvesSvg('<title>', [{ name: 'a & b', values: [0, 1, 0.5] }], 2);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(curvesSvg('nothing', [], 5)).not.toMatch(/NaN|undefined|Infinity/);
  });
});
