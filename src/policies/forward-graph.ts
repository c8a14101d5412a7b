import { GraphBuilder } from '../onnx/graph.ts';
import { leading, reshape } from '../onnx/shape-ops.ts';
import type { TransformerConfig } from './parameters.ts';
import { causalAttention, frozenTransformer, hiddenStates, outputHead } from './transformer.ts';

/**
 * The whole network as one model that any ONNX runtime loads, weights included: int32 `tokens [B, T]`,
 * T ≤ context, → float32 `logits [B, T, vocab]`, of which row t belongs to token t + 1. It sees no cache, so
 * that it is slow to sample from and simple to check against.
 */
export function forwardGraph(config: TransformerConfig, weights: Float32Array): Uint8Array {
  const graph = new GraphBuilder('forward');
  const tokens = graph.input('tokens', 'int32', ['B', 'T']);
  // The token before each: everything one to the right, behind a column of padding.
  const shifted = graph.node('Pad', [tokens, graph.int64s([4], [0, 1, 0, 0])], 'int32', ['B', 'T+1']);
  const previous = leading(shifted, ['B', 'T']);
  const model = frozenTransformer(graph, config, weights);
  const hidden = hiddenStates(model, {
    rows: 'B',
    time: 'T',
    tokens: reshape(tokens, ['B*T']),
    previous: reshape(previous, ['B*T']),
    positions: graph.int64s([1], [0]),
    attend: causalAttention(model, 'T'),
  });
  graph.output('logits', reshape(outputHead(model, hidden), ['B', 'T', config.vocab]));
  return graph.build();
}
