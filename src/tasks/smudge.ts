import type { RandomStream } from '../core/random.ts';

/** Texts that begin with this were copied badly: every reader's copy has other figures in places. */
export const SMUDGED = 'smudged: ';

/** One reader's copy of a text; the text itself where it is not smudged. */
export type Smudge = (text: string, random: RandomStream) => string;

/**
 * Copies in which each two-digit figure of a smudged text is another figure with probability `misread`, any of them
 * equally. No single reader can do better than the rest; readers who are asked independently can, together.
 */
export function smudging(misread: number): Smudge {
  return (text, random) =>
    text.startsWith(SMUDGED)
      ? text.replaceAll(/\d\d/g, (figure) =>
          random.uniform() < misread ? String(another(Number(figure), random)) : figure,
        )
      : text;
}

function another(figure: number, random: RandomStream): number {
  const other = random.integer(10, 98);
  return other >= figure ? other + 1 : other;
}
