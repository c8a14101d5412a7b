import { InvariantError } from '../core/errors.ts';

/** One drawn token and its natural log-probability at the sampling temperature, rounded to float32. */
export interface Draw {
  readonly token: number;
  readonly logProb: number;
}

/**
 * Draws a token from `logits[offset … offset + vocab)` at a temperature by inversion: the first token, in
 * order of ids, whose cumulative probability exceeds `uniform` ∈ [0, 1). float64 inside; nothing is masked,
 * so that sampling and training see the same distribution (law 5). `scratch` holds at least `vocab` floats
 * and spares an allocation for each token. Throws an InvariantError if the logits are not finite.
 */
export function drawToken(
  logits: Float32Array,
  offset: number,
  vocab: number,
  temperature: number,
  uniform: number,
  scratch: Float64Array = new Float64Array(vocab),
): Draw {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < vocab; i++) {
    const logit = logits[offset + i] ?? Number.NaN;
    if (logit > most) most = logit;
  }
  let total = 0;
  for (let i = 0; i < vocab; i++) {
    const weight = Math.exp(((logits[offset + i] ?? Number.NaN) - most) / temperature);
    scratch[i] = weight;
    total += weight;
  }
  // At least 1, from the greatest logit, unless a logit or the temperature is out of order.
  if (!(total >= 1 && total < Number.POSITIVE_INFINITY)) {
    throw new InvariantError(`cannot sample at temperature ${temperature} from logits that are not finite`);
  }
  const target = uniform * total;
  let sum = 0;
  let token = 0;
  for (let i = 0; i < vocab; i++) {
    sum += scratch[i] ?? 0;
    token = i;
    if (sum > target) break;
  }
  const logProb = ((logits[offset + token] ?? 0) - most) / temperature - Math.log(total);
  return { token, logProb: Math.fround(logProb) };
}
