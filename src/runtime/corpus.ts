import { RandomStream } from '../core/random.ts';
import { demonstrateDesign } from '../designs/demonstrations.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';
import type { Task } from '../tasks/task.ts';
import type { Kit } from './kit.ts';

/** Tasks whose texts and demonstrations the tokenizer is built from. */
const CORPUS_TASKS = 1000;

/** The tokenizer's corpus: what designers and executors read and write in the training tasks. */
export function* tokenizerCorpus(seed: number, train: readonly Task[], kit: Kit): Generator<string> {
  for (const task of train.slice(0, CORPUS_TASKS)) {
    const family = kit.families.find(({ name }) => name === task.family);
    const random = new RandomStream(seed, 'corpus', task.id);
    for (const { prompt, completion } of family?.demonstrate(task, random) ?? []) {
      for (const { text } of prompt) yield text;
      yield completion.startsWith(TOOL_CALL_MARK) ? completion.slice(TOOL_CALL_MARK.length) : completion;
    }
    yield demonstrateDesign(task, kit.scripts, random).completion;
  }
}
