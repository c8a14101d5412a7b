import { RandomStream } from '../../src/core/random.ts';
import type { PolicyBatch, SupervisedBatch } from '../../src/learning/learner.ts';

/** A net of some thousand parameters. */
export const CONFIG = { vocab: 12, dim: 16, layers: 2, heads: 2, hidden: 24, context: 16 };

/** A run of random tokens, 1 (a mark), the same run again; only the copy counts. */
export function copyingBatch(rows: number, run: number, seed: number): SupervisedBatch {
  const length = 2 * run;
  const random = new RandomStream(seed, 'copying');
  const tokens = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  const weights = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const word = Array.from({ length: run }, () => random.integer(2, CONFIG.vocab - 1));
    const sequence = [...word, 1, ...word];
    for (let t = 0; t < length; t++) {
      tokens[row * length + t] = sequence[t] ?? 0;
      targets[row * length + t] = sequence[t + 1] ?? 0;
      if (t >= run) weights[row * length + t] = 1 / (rows * run);
    }
  }
  return { objective: 'supervised', rows, length, tokens, targets, weights };
}

/** The same with advantages of its own. */
export function policyBatch(base: SupervisedBatch, oldLogProbs: Float32Array, seed: number): PolicyBatch {
  const random = new RandomStream(seed, 'advantages');
  const advantages = Float32Array.from(base.weights, () => random.normal());
  return { ...base, objective: 'policy', advantages, oldLogProbs };
}
