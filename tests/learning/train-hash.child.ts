import { availableParallelism } from 'node:os';
import { RandomStream } from '../../src/core/random.ts';
import { minibatches } from '../../src/learning/batches.ts';
import { DEFAULT_HYPER_PARAMETERS, initialState, Learner } from '../../src/learning/learner.ts';
import { supervisedBatch } from '../../src/learning/tensors.ts';
import { initialWeights, weightsHash } from '../../src/policies/parameters.ts';

// Trains in two shards, and prints how many cores there were and the weights' hash.
const config = { vocab: 64, dim: 64, layers: 2, heads: 4, hidden: 128, context: 64 };
const random = new RandomStream(3, 'sequences');
const tokens = (count: number) => Array.from({ length: count }, () => random.integer(1, config.vocab - 1));
const sequences = Array.from({ length: 120 }, () => ({
  promptTokens: tokens(random.integer(2, 30)),
  tokens: tokens(random.integer(1, 30)),
  advantage: 1,
}));
const learner = new Learner(config, { shards: 2 });
let state = initialState(initialWeights(config, 1));
for (const batch of minibatches(sequences, { batchTokens: 512 }, random)) {
  ({ state } = await learner.step(state, supervisedBatch(batch), DEFAULT_HYPER_PARAMETERS));
}
await learner.close();
process.stdout.write(`${availableParallelism()} ${weightsHash(state.weights)}\n`);
