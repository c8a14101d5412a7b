import { RandomStream } from '../core/random.ts';
import type { Task, TaskFamily } from '../tasks/task.ts';

/** Tasks whose texts and demonstrations the tokenizer is built from. */
const CORPUS_TASKS = 1000;

/** The tokenizer's corpus: what designers and executors read and write in the training tasks. */
export function* tokenizerCorpus(
  seed: number,
  train: readonly Task[],
  families: readonly TaskFamily[],
  scripts: readonly string[],
): Generator<string> {
  for (const task of train.slice(0, CORPUS_TASKS)) {
    const family = families.find(({ name }) => name === task.family);
    const random = new RandomStream(seed, 'corpus', task.id);
    for (const { prompt, completion } of family?.demonstrate(task, random) ?? []) {
      for (const { text } of prompt) yield text;
      yield completion.replace(/^<call>/, '');
    }
    yield random.pick(scripts);
  }
}
