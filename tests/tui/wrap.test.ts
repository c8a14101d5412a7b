import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DetailScroll } from '../../src/tui/detail-scroll.ts';
import { wrapped } from '../../src/tui/wrap.ts';
import { widthOf } from './window.ts';

describe('a line that does not fit', () => {
  it('is broken at white space, further lines stand further in', () => {
    expect(wrapped('  said      keep over 11, times 9', 20)).toEqual([
      '  said      keep',
      '    over 11, times 9',
    ]);
    expect(wrapped('abcdefghij', 4)).toEqual(['abcd', '  ef', '  gh', '  ij']);
    expect(wrapped('short', 20)).toEqual(['short']);
    expect(wrapped('', 20)).toEqual(['']);
    expect(wrapped('anything', 0)).toEqual([]);
  });

  it('loses nothing but white space, and no line is wider than the room', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '日', '👩‍👩‍👧', 'é', '  ', '"run("') });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (line, width) => {
        const rows = wrapped(line, width);
        expect(rows.join('').replace(/\s/g, '')).toBe(line.replace(/\s/g, ''));
        // A grapheme of two columns, or of six, has to stand somewhere.
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(Math.max(width, 3));
      }),
    );
  });
});

describe('DetailScroll', () => {
  it('moves by shares of what is in view and stays within the lines', () => {
    const scroll = new DetailScroll();
    expect(scroll.show('a', 30, 10)).toBe(0);
    scroll.move(1);
    expect(scroll.show('a', 30, 10)).toBe(10);
    scroll.move(0.5);
    expect(scroll.show('a', 30, 10)).toBe(15);
    scroll.move(1);
    expect(scroll.show('a', 30, 10)).toBe(20);
    scroll.move(-1);
    scroll.move(-1);
    scroll.move(-1);
    expect(scroll.show('a', 30, 10)).toBe(0);
  });

  it('begins at the top of another place, and shrinks with the lines', () => {
    const scroll = new DetailScroll();
    scroll.show('a', 30, 10);
    scroll.move(1);
    expect(scroll.show('a', 30, 10)).toBe(10);
    expect(scroll.show('a', 12, 10)).toBe(2);
    expect(scroll.show('b', 30, 10)).toBe(0);
    expect(scroll.show('b', 3, 10)).toBe(0);
  });
});
