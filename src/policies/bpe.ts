/**
 * Byte-pair encoding over pre-tokens (Sennrich et al. 2016). Pre-tokens are never merged with one another:
 * runs of digits in pairs from the left, words and operators with at most one leading space.
 */
export const PRE_TOKEN = /[0-9][0-9]|[0-9]| ?[A-Za-z_]+| ?[^\sA-Za-z_0-9]+|\s/g;

export function preTokens(text: string): string[] {
  return text.match(PRE_TOKEN) ?? [];
}

export type Merge = readonly [left: string, right: string];

/** Words that merges are learned from: digits have their own tokens, other alphabets none at all. */
const MERGEABLE = /^[\n -/:-~]+$/;

/**
 * Learns up to `count` merges from the corpus, the most frequent pair first, ties by text; a pair must occur
 * twice. Pure and deterministic. Digits are not merged: numbers 00–99 are in the alphabet.
 */
export function learnMerges(corpus: Iterable<string>, count: number): Merge[] {
  const words = new Map<string, number>();
  for (const text of corpus) {
    for (const word of preTokens(text)) {
      if (MERGEABLE.test(word)) words.set(word, (words.get(word) ?? 0) + 1);
    }
  }
  let pieces = [...words].map(([word, times]) => ({ parts: [...word], times }));
  const merges: Merge[] = [];
  while (merges.length < count) {
    const best = mostFrequent(pieces);
    if (best === null) break;
    merges.push(best);
    pieces = pieces.map(({ parts, times }) => ({ parts: join(parts, best), times }));
  }
  return merges;
}

/** Applies merges in the order in which they were learned. */
export function applyMerges(word: string, ranks: ReadonlyMap<string, number>): string[] {
  let parts = [...word];
  while (parts.length > 1) {
    let best: Merge | null = null;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < parts.length; i++) {
      const pair: Merge = [parts[i] ?? '', parts[i + 1] ?? ''];
      const rank = ranks.get(pairKey(pair)) ?? Number.POSITIVE_INFINITY;
      if (rank < bestRank) {
        best = pair;
        bestRank = rank;
      }
    }
    if (best === null) break;
    parts = join(parts, best);
  }
  return parts;
}

/** A pair as a map key; the separator is no character of the alphabet. */
export function pairKey([left, right]: Merge): string {
  return `${left}\u0000${right}`;
}

function mostFrequent(
  pieces: readonly { readonly parts: readonly string[]; readonly times: number }[],
): Merge | null {
  const counts = new Map<string, number>();
  for (const { parts, times } of pieces) {
    for (let i = 0; i + 1 < parts.length; i++) {
      const key = pairKey([parts[i] ?? '', parts[i + 1] ?? '']);
      counts.set(key, (counts.get(key) ?? 0) + times);
    }
  }
  let best: string | null = null;
  let most = 1;
  for (const [key, count] of counts) {
    if (count > most || (count === most && best !== null && key < best)) {
      best = key;
      most = count;
    }
  }
  if (best === null) return null;
  const [left = '', right = ''] = best.split('\u0000');
  return [left, right];
}

function join(parts: readonly string[], [left, right]: Merge): string[] {
  const out: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === left && parts[i + 1] === right) {
      out.push(left + right);
      i++;
    } else out.push(parts[i] ?? '');
  }
  return out;
}
