import { expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { gradients } from '../../src/learning/autodiff.ts';
import { clippedPolicyGradient, column, predict } from '../../src/learning/objective.ts';
import { GraphBuilder } from '../../src/onnx/graph.ts';
import { add } from '../../src/onnx/ops.ts';
import { localSession, output } from '../../src/onnx/session.ts';

const VOCAB = 7;
const KAPPA = 0.3;

/** A distribution over a small vocabulary, by its logits. */
function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const random = new RandomStream(1, 'logits');
const draw = () => Array.from({ length: VOCAB }, () => random.normal());
const [policy, sampler, reference] = [draw(), draw(), draw()];

/**
 * The gradient by the policy's logits of the objective's penalty, in the mean over all samples that `from` could have
 * drawn: one row for each token, weighted by its probability.
 */
async function meanGradient(from: readonly number[], forwardKl: 0 | 1): Promise<number[]> {
  const graph = new GraphBuilder('penalty');
  const logits = graph.input('logits', 'float32', [1, VOCAB]);
  const given = (name: string) => column(graph.input(name, 'float32', [VOCAB]));
  const constant = (value: number) => graph.scalar(value);
  const rows = graph.floats([VOCAB, VOCAB], new Float32Array(VOCAB * VOCAB));
  const targets = column(graph.input('targets', 'int32', [VOCAB]));
  const predictions = predict(add(logits, rows), targets, constant(1));
  const { loss } = clippedPolicyGradient(predictions, {
    weights: given('weights'),
    advantages: given('advantages'),
    oldLogProbs: given('old'),
    referenceLogProbs: given('reference'),
    clip: constant(0.2),
    entropyBonus: constant(0),
    klPenalty: constant(KAPPA),
    forwardKl: constant(forwardKl),
    maxLogRatio: constant(20),
  });
  const [gradient] = gradients(loss, [logits]);
  if (gradient === undefined) throw new Error('no gradient');
  graph.output('gradient', gradient);
  const session = await localSession(graph.build());
  const floats = (values: readonly number[]) => ({ data: Float32Array.from(values), dims: [VOCAB] });
  const outputs = await session.run({
    logits: { data: Float32Array.from(policy), dims: [1, VOCAB] },
    targets: { data: Int32Array.from({ length: VOCAB }, (_, token) => token), dims: [VOCAB] },
    weights: floats(softmax(from)),
    advantages: floats(policy.map(() => 0)),
    old: floats(softmax(from).map(Math.log)),
    reference: floats(softmax(reference).map(Math.log)),
  });
  await session.close();
  return [...output(outputs, 'gradient')];
}

/** ∇ KL(policy ‖ reference) by the policy's logits: p_k (log p_k − log q_k − KL). */
function reverseKlGradient(): number[] {
  const [p, q] = [softmax(policy), softmax(reference)];
  const gap = p.map((each, k) => Math.log(each) - Math.log(q[k] ?? 0));
  const kl = p.reduce((sum, each, k) => sum + each * (gap[k] ?? 0), 0);
  return p.map((each, k) => KAPPA * each * ((gap[k] ?? 0) - kl));
}

/** ∇ KL(reference ‖ policy): p_k − q_k. */
function forwardKlGradient(): number[] {
  const q = softmax(reference);
  return softmax(policy).map((p, k) => KAPPA * (p - (q[k] ?? 0)));
}

const close = (found: readonly number[], exact: readonly number[]) =>
  found.forEach((value, k) => {
    expect(value).toBeCloseTo(exact[k] ?? 0, 6);
  });

it('the penalty has the gradient of KL(policy ‖ reference), where the policy itself has sampled', async () => {
  close(await meanGradient(policy, 0), reverseKlGradient());
});

it('and where another policy has, as after an update', async () => {
  close(await meanGradient(sampler, 0), reverseKlGradient());
});

it('which is another one than that of KL(reference ‖ policy), the one that older runs followed', async () => {
  close(await meanGradient(policy, 1), forwardKlGradient());
  const worst = reverseKlGradient().map((value, k) => Math.abs(value - (forwardKlGradient()[k] ?? 0)));
  expect(Math.max(...worst)).toBeGreaterThan(0.02);
});
