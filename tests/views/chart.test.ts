import { describe, expect, it } from 'vitest';
import { bar, columnChart } from '../../src/views/chart.ts';

const columns = (...values: number[]) => values.map((value) => ({ value, group: 'executor' }));
const text = (rows: ReturnType<typeof columnChart>) =>
  rows.map((runs) => runs.map((run) => run.text).join(''));

describe('columnChart', () => {
  it.each([
    [0, '▁'],
    [1 / 8, '▁'],
    [0.5, '▄'],
    [7 / 8, '▇'],
    [1, '█'],
    [2, '█'],
    [-1, '▁'],
  ])('draws %d of 1 as %s', (value, glyph) => {
    expect(text(columnChart(columns(value), { width: 4, height: 1 }))).toEqual([glyph]);
  });

  it('stacks rows: the upper ones are blank until the lower ones are full', () => {
    expect(text(columnChart(columns(0, 0.25, 0.5, 0.75, 1), { width: 9, height: 2 }))).toEqual([
      '   ▄█',
      '▁▄███',
    ]);
  });

  it('measures between low and high', () => {
    expect(text(columnChart(columns(10, 15, 20), { width: 9, height: 1, low: 10, high: 20 }))).toEqual([
      '▁▄█',
    ]);
  });

  it('averages neighbours where there are more values than columns', () => {
    expect(text(columnChart(columns(0, 1, 1, 1, 0, 0), { width: 3, height: 1 }))).toEqual(['▄█▁']);
    const many = Array.from({ length: 1000 }, (_, index) => index / 1000);
    const [row = ''] = text(columnChart(columns(...many), { width: 17, height: 1 }));
    expect(row).toHaveLength(17);
    expect([...row].sort().join('')).toBe(row);
  });

  it('has one run of text for neighbours of a group', () => {
    const grouped = [
      { value: 1, group: 'executor' },
      { value: 1, group: 'executor' },
      { value: 1, group: 'designer' },
    ];
    expect(columnChart(grouped, { width: 9, height: 1 })).toEqual([
      [
        { text: '██', group: 'executor' },
        { text: '█', group: 'designer' },
      ],
    ]);
  });

  it('draws nothing of no values, and a flat line of a scale without extent', () => {
    expect(columnChart([], { width: 4, height: 2 })).toEqual([[], []]);
    expect(text(columnChart(columns(3), { width: 4, height: 1, low: 3, high: 3 }))).toEqual(['▁']);
  });
});

describe('bar', () => {
  it('fills its share of its width and never more', () => {
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(-1, 4)).toBe('░░░░');
    expect(bar(9, 4)).toBe('████');
  });
});
