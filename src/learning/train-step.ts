import { must } from '../core/errors.ts';
import { GraphBuilder, type Tensor } from '../onnx/graph.ts';
import type { Shape } from '../onnx/model.ts';
import { abs, add, div, minimum, mul, sqrt, sub } from '../onnx/ops.ts';
import { reshape, total, totalOfSquares } from '../onnx/shape-ops.ts';
import { parameterCount, type TransformerConfig } from '../policies/parameters.ts';
import { causalAttention, hiddenStates, outputHead, trainableTransformer } from '../policies/transformer.ts';
import { gradients } from './autodiff.ts';
import {
  clippedPolicyGradient,
  column,
  crossEntropy,
  type Objective,
  type Predictions,
  predict,
} from './objective.ts';

export type ObjectiveName = 'supervised' | 'policy';

/**
 * One step of training as one ONNX model: forward, backward, clipping of the gradient's global norm, Adam.
 *
 * Inputs: `weights`, `m`, `v` `[parameters]`; the scalars of {@link gradientGraph} and {@link updateGraph};
 * the batch as in `gradientGraph`.
 * Outputs: `newWeights`, `newM`, `newV` `[parameters]`; scalar `gradientNorm` (before clipping); `logProbs`
 * and the sums of `gradientGraph`.
 */
export function trainStepGraph(config: TransformerConfig, objective: ObjectiveName): Uint8Array {
  const graph = new GraphBuilder(`train-${objective}`);
  const flat = graph.input('weights', 'float32', [parameterCount(config)]);
  update(flat, lossGradient(flat, config, objective));
  return graph.build();
}

/**
 * The first half of a step, for one shard of a batch.
 *
 * Inputs: `weights [parameters]`; scalar `temperature`, for `policy` also `clip`, `entropyBonus`, `klPenalty`, `forwardKl`
 * and `maxLogRatio`; int32
 * `tokens`, `previous` `[B, T]`; int32 `selected [K]`, the positions in `[B * T]` that are learned, and for
 * these int32 `targets` and float32 `tokenWeights`, for `policy` also `advantages`, `oldLogProbs` and `referenceLogProbs`, `[K]`.
 * Outputs: `gradient [parameters]`; `logProbs [K, 1]`; scalars `loss`, `mass` = Σ |w|, `entropy` = Σ |w| H,
 * `clipped` = Σ |w| of clipped tokens, `drift` = max |ρ − 1|, `kl` = Σ |w| k₃.
 */
export function gradientGraph(config: TransformerConfig, objective: ObjectiveName): Uint8Array {
  const graph = new GraphBuilder(`gradient-${objective}`);
  const flat = graph.input('weights', 'float32', [parameterCount(config)]);
  graph.output('gradient', lossGradient(flat, config, objective));
  return graph.build();
}

/**
 * The second half of a step: adds the shards' gradients in order, clips, and moves the weights.
 *
 * Inputs: `weights`, `m`, `v`, `gradient0` … `[parameters]`; scalars `lr`, `beta1`, `beta2`, `epsilon`,
 * `maxNorm`, `bias1` = 1 − β1^t, `bias2` = 1 − β2^t. Outputs: `newWeights`, `newM`, `newV`, `gradientNorm`.
 */
export function updateGraph(parameters: number, shards: number): Uint8Array {
  const graph = new GraphBuilder('update');
  const flat = graph.input('weights', 'float32', [parameters]);
  const parts = Array.from({ length: shards }, (_, i) =>
    graph.input(`gradient${i}`, 'float32', [parameters]),
  );
  update(flat, parts.reduce(add));
  return graph.build();
}

/**
 * Log-probabilities only. Inputs: `weights [parameters]`, scalar `temperature`, int32 `tokens`, `previous`
 * `[B, T]`, `selected`, `targets` `[K]`. Output: `logProbs [K, 1]`.
 */
export function scoreGraph(config: TransformerConfig): Uint8Array {
  const graph = new GraphBuilder('score');
  const flat = graph.input('weights', 'float32', [parameterCount(config)]);
  graph.output('logProbs', forward(flat, config).logProbs);
  return graph.build();
}

/** Appends forward and backward passes with their outputs; returns the gradient by `flat`. */
function lossGradient(flat: Tensor, config: TransformerConfig, objective: ObjectiveName): Tensor {
  const { graph } = flat;
  const predictions = forward(flat, config);
  const given = (name: string): Tensor => column(graph.input(name, 'float32', ['K']));
  const weights = given('tokenWeights');
  const { loss, clipped, drift, kl }: Objective =
    objective === 'policy'
      ? clippedPolicyGradient(predictions, {
          weights,
          advantages: given('advantages'),
          oldLogProbs: given('oldLogProbs'),
          referenceLogProbs: given('referenceLogProbs'),
          clip: graph.input('clip', 'float32', []),
          entropyBonus: graph.input('entropyBonus', 'float32', []),
          klPenalty: graph.input('klPenalty', 'float32', []),
          forwardKl: graph.input('forwardKl', 'float32', []),
          maxLogRatio: graph.input('maxLogRatio', 'float32', []),
        })
      : supervised(predictions, weights);
  const gradient = must(gradients(loss, [flat])[0], 'a gradient');
  graph.output('logProbs', predictions.logProbs);
  graph.output('loss', loss);
  graph.output('mass', total(abs(weights)));
  graph.output('entropy', total(mul(abs(weights), predictions.entropy)));
  graph.output('clipped', clipped);
  graph.output('drift', drift);
  graph.output('kl', kl);
  return gradient;
}

/** Maximum likelihood knows neither ratios nor a reference. */
function supervised(predictions: Predictions, weights: Tensor): Objective {
  const none = weights.graph.scalar(0);
  return { loss: crossEntropy(predictions, weights), clipped: none, drift: none, kl: none };
}

function forward(flat: Tensor, config: TransformerConfig): Predictions {
  const { graph } = flat;
  const input = (name: string, shape: Shape): Tensor => graph.input(name, 'int32', shape);
  const model = trainableTransformer(flat, config);
  const hidden = hiddenStates(model, {
    rows: 'B',
    time: 'T',
    tokens: reshape(input('tokens', ['B', 'T']), ['B*T']),
    previous: reshape(input('previous', ['B', 'T']), ['B*T']),
    positions: graph.int64s([1], [0]),
    selected: input('selected', ['K']),
    attend: causalAttention(model, 'T'),
  });
  const temperature = graph.input('temperature', 'float32', []);
  return predict(outputHead(model, hidden), column(input('targets', ['K'])), temperature);
}

/**
 * Clips the gradient's norm and takes a step of Adam with bias correction (Kingma & Ba 2015): algorithm 1 in the
 * order of the end of section 2, which moves what is the same for all parameters out of the way. Every operator
 * here reads and writes whole arrays, so that their number is what a step costs.
 */
function update(weights: Tensor, gradient: Tensor): void {
  const { graph } = weights;
  const scalar = (name: string): Tensor => graph.input(name, 'float32', []);
  const norm = sqrt(totalOfSquares(gradient));
  graph.output('gradientNorm', norm);
  const clip = minimum(div(scalar('maxNorm'), add(norm, 1e-12)), 1);

  const [beta1, beta2] = [scalar('beta1'), scalar('beta2')];
  const [share1, share2] = [mul(clip, sub(1, beta1)), mul(mul(clip, clip), sub(1, beta2))];
  const m = add(mul(graph.input('m', 'float32', weights.shape), beta1), mul(gradient, share1));
  const v = add(mul(graph.input('v', 'float32', weights.shape), beta2), mul(mul(gradient, gradient), share2));
  const correction = sqrt(scalar('bias2'));
  const rate = div(mul(scalar('lr'), correction), scalar('bias1'));
  const scale = add(sqrt(v), mul(scalar('epsilon'), correction));
  graph.output('newWeights', sub(weights, mul(div(m, scale), rate)));
  graph.output('newM', m);
  graph.output('newV', v);
}
