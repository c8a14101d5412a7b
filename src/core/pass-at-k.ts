/**
 * The chance that at least one of k samples solves a task, from n samples of which c did: 1 − C(n − c, k) / C(n, k),
 * the unbiased estimate (Chen et al. 2021, arXiv 2107.03374). Throws a RangeError unless 1 ≤ k ≤ n and 0 ≤ c ≤ n.
 */
export function passAtK(samples: number, solved: number, k: number): number {
  if (k < 1 || k > samples || solved < 0 || solved > samples) {
    throw new RangeError(`pass@${k} of ${solved} solved among ${samples}`);
  }
  let none = 1;
  // C(n − c, k) / C(n, k) as a product of factors below 1, so that no binomial coefficient overflows.
  for (let index = samples - solved + 1; index <= samples; index++) none *= Math.max(0, 1 - k / index);
  return 1 - none;
}

/** The k that are told of for so many samples: 1, 2, 4, … and all of them. */
export function passCounts(samples: number): number[] {
  const counts: number[] = [];
  for (let k = 1; k < samples; k *= 2) counts.push(k);
  return [...counts, samples];
}
