import { must } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import {
  type Minibatch,
  minibatches,
  positionCount,
  type TrainingSequence,
} from '../../src/learning/batches.ts';
import { initialWeights, type TransformerConfig } from '../../src/policies/parameters.ts';
import type { Prompt } from '../../src/policies/prompt.ts';
import { renderCompletion, renderPrompt } from '../../src/policies/template.ts';
import type { Tokenizer } from '../../src/policies/tokenizer.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import { defaultKit, type Kit } from '../../src/runtime/kit.ts';
import { type Material, makeMaterial } from '../../src/runtime/material.ts';

/** What the measurements work on: a preset's model, tasks and tokenizer, with weights that know nothing. */
export interface Workload {
  readonly config: RunConfig;
  readonly kit: Kit;
  readonly material: Material;
  readonly transformer: TransformerConfig;
  readonly weights: Float32Array;
}

/** Makes the workload of a configuration; about a second for the presets, whose tasks are many. */
export function workload(config: RunConfig): Workload {
  const kit = defaultKit();
  const material = makeMaterial(config, kit);
  const transformer = { ...config.model, vocab: material.tokenizer.size };
  return { config, kit, material, transformer, weights: initialWeights(transformer, config.seed) };
}

/**
 * Distinct executor prompts of about `tokens` tokens, each of several questions in a row: no two requests
 * share a prompt, so that the decoder saves nothing by reading one for many.
 */
export function prompts({ material, config }: Workload, count: number, tokens: number): readonly Prompt[] {
  const { tokenizer, tasks } = material;
  return Array.from({ length: count }, (_, index) => {
    const random = new RandomStream(config.seed, 'bench', index);
    let text = '';
    while (lengthOf(text, tokenizer) < tokens) text += ` ${random.pick(tasks.train).text}`;
    while (lengthOf(text, tokenizer) > tokens) text = text.slice(0, -1);
    return question(text);
  });
}

/** Minibatches of demonstrations, as the cold start draws and pads them, in random order. */
export function demonstrations(
  { config, kit, material }: Workload,
  count: number,
  batchTokens = config.imitation.batchTokens,
): readonly Minibatch[] {
  const random = new RandomStream(config.seed, 'bench', 'demonstrations');
  const sequences: TrainingSequence[] = [];
  let positions = 0;
  while (positions < count * batchTokens) {
    const task = random.pick(material.tasks.train);
    const family = kit.families.find(({ name }) => name === task.family);
    const { prompt, completion } = random.pick(
      must(family, `the family ${task.family}`).demonstrate(task, random),
    );
    const promptTokens = renderPrompt(prompt, material.tokenizer);
    const tokens = renderCompletion(completion, material.tokenizer);
    const sequence = { promptTokens, tokens, advantage: 1 };
    positions += positionCount(sequence);
    sequences.push(sequence);
  }
  return minibatches(sequences, { batchTokens }, random);
}

function question(text: string): Prompt {
  return [
    { kind: 'executor', text: '' },
    { kind: 'task', text },
  ];
}

function lengthOf(text: string, tokenizer: Tokenizer): number {
  return renderPrompt(question(text), tokenizer).length;
}
