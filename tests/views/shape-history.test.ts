import { describe, expect, it } from 'vitest';
import { shapeHistory, shapeLines } from '../../src/views/shape-history.ts';
import { byFamily } from '../../src/views/shape-mix.ts';

const MIXES = [
  { 'a/x': { agent: 3, 'agent+js': 1 }, b: { 'vote5(agent)': 1, 'vote3(agent)': 1 } },
  { 'a/x': { agent: 2, 'agent+js': 2 } },
  { 'a/x': { 'agent+js': 4 }, 'a/y': { agent: 1 }, b: { 'vote5(agent)': 4 } },
];

describe('the history of shapes', () => {
  it('has a letter for each step and kind of task, capital where it is sure', () => {
    const { rows, legend, span } = shapeHistory(MIXES, 10);
    expect(span).toBe(1);
    expect(legend).toEqual([
      ['j', 'agent+js'],
      ['a', 'agent'],
      ['v', 'vote5(agent)'],
      ['o', 'vote3(agent)'],
    ]);
    expect(rows.map(({ kind, strip }) => [kind, strip])).toEqual([
      ['a/x', 'AaJ'],
      ['a/y', '··A'],
      ['b', 'o·V'],
    ]);
    expect(rows[0]?.now).toEqual([['agent+js', 1]]);
  });

  it('sums up steps where there are more than columns', () => {
    const { rows, span } = shapeHistory(MIXES, 2);
    expect(span).toBe(2);
    expect(rows[0]?.strip).toBe('aJ');
    expect(
      shapeHistory(
        Array.from({ length: 1201 }, () => MIXES[0] ?? {}),
        60,
      ).rows[0]?.strip,
    ).toHaveLength(58);
  });

  it('is no line at all before the first step, and for a narrow window', () => {
    expect(shapeLines([{}], 60)).toEqual([]);
    expect(shapeHistory([...MIXES, {}], 10)).toEqual(shapeHistory(MIXES, 10));
    expect(shapeLines(MIXES, 0)[1]).toMatch(/^ {2}a\/x {2}j {2}/);
  });
});

it('sums a mix up by family', () => {
  expect(byFamily(MIXES[2] ?? {})).toEqual({ a: { 'agent+js': 4, agent: 1 }, b: { 'vote5(agent)': 4 } });
});
