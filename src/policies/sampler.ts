/** One drawn token and its natural log-probability at the sampling temperature, rounded to float32. */
export interface Draw {
  readonly token: number;
  readonly logProb: number;
}

/**
 * Draws a token from `logits[offset … offset + vocab)` at a temperature by inversion: the first token, in
 * order of ids, whose cumulative probability exceeds `uniform` ∈ [0, 1). float64 inside; nothing is masked,
 * so that sampling and training see the same distribution (law 5).
 */
export function drawToken(
  logits: Float32Array,
  offset: number,
  vocab: number,
  temperature: number,
  uniform: number,
): Draw {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < vocab; i++) most = Math.max(most, logits[offset + i] ?? 0);
  let total = 0;
  for (let i = 0; i < vocab; i++) total += Math.exp(((logits[offset + i] ?? 0) - most) / temperature);
  const target = uniform * total;
  let sum = 0;
  let token = 0;
  for (let i = 0; i < vocab; i++) {
    sum += Math.exp(((logits[offset + i] ?? 0) - most) / temperature);
    token = i;
    if (sum > target) break;
  }
  const logProb = ((logits[offset + token] ?? 0) - most) / temperature - Math.log(total);
  return { token, logProb: Math.fround(logProb) };
}
