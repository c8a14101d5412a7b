import type { RandomStream } from '../core/random.ts';

/** Texts that begin with this were copied badly: every reader's copy has other figures in places. */
export const SMUDGED = 'smudged: ';
/** How often a figure of a copy is not the one that was written. */
const MISREAD = 0.5;

/**
 * One reader's copy of a text: each two-digit figure of a smudged one is another figure half of the time, any of them
 * equally. No single reader can do better than half; readers who are asked independently can, together.
 */
export function smudge(text: string, random: RandomStream): string {
  if (!text.startsWith(SMUDGED)) return text;
  return text.replaceAll(/\d\d/g, (figure) =>
    random.uniform() < MISREAD ? String(misread(Number(figure), random)) : figure,
  );
}

function misread(figure: number, random: RandomStream): number {
  const other = random.integer(10, 98);
  return other >= figure ? other + 1 : other;
}
