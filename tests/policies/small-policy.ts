import { RandomStream } from '../../src/core/random.ts';
import { initialWeights, type TransformerConfig } from '../../src/policies/parameters.ts';
import type { CallRequest } from '../../src/policies/policy.ts';
import { Tokenizer } from '../../src/policies/tokenizer.ts';

/** A tokenizer, a net of the default size and requests for it, as several tests want them. */
export const CORPUS = [
  'What is 37 * 84 + 5? Use the tool.',
  'return xs.filter(x => x > 3).map(x => x * 2)',
  'The note says that the red box holds 14 stones; what does the blue box hold?',
  "vote(3, agent('solver')) then reflect(agent('coder'))",
];

export const tokenizer = Tokenizer.train(CORPUS, 260);

export const CONFIG: TransformerConfig = {
  vocab: tokenizer.size,
  dim: 128,
  layers: 2,
  heads: 4,
  hidden: 512,
  context: 128,
};

/** Sharper than at initialization, so that some tokens are likely and completions differ in length. */
export const WEIGHTS = sharpWeights(3);

export function sharpWeights(seed: number): Float32Array {
  return initialWeights(CONFIG, seed).map((weight) => 4 * weight);
}

/** `count` requests: several streams for each of some prompts of different lengths. */
export function requests(count: number, seed = 1): CallRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new RandomStream(seed, 'prompt', Math.floor(index / 3));
    const words = Array.from({ length: random.integer(1, 6) }, () => random.pick(CORPUS).slice(0, 12));
    return {
      role: random.pick(['designer', 'executor'] as const),
      prompt: [
        { kind: 'executor', text: '' },
        { kind: 'task', text: words.join(' ').slice(0, random.integer(4, 60)) },
      ],
      stream: `test/${seed}/${index}`,
      sampler: { temperature: 1, maxTokens: 4 + (index % 20) },
    };
  });
}
