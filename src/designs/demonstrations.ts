import type { RandomStream } from '../core/random.ts';
import { designerPrompt } from '../policies/designer-prompt.ts';
import type { Demonstration, Task } from '../tasks/task.ts';

/**
 * Scripts that the cold start shows the designer: every shape equally often, whatever the task, so that it
 * learns the language and never which design is best.
 */
export const DEMONSTRATED_SCRIPTS = [
  'run(agent("solve"))',
  'run(agent("solve", "js"))',
  'run(vote(agent("solve"), 5))',
  'run(reflect(agent("solve")))',
  'run(sequence(agent("step"), agent("solve")))',
  'run(sequence(agent("step"), agent("step"), agent("solve")))',
] as const;

/**
 * One designer demonstration for a task: any of the scripts, behind a comment that says what kind of task it is. The
 * designer learns to look at the task before it writes; what a kind of task calls for is left for it to find out.
 */
export function demonstrateDesign(
  { family, attribute, text }: Pick<Task, 'family' | 'attribute' | 'text'>,
  scripts: readonly string[],
  random: RandomStream,
): Demonstration {
  const kind = attribute === undefined ? family : `${family} ${attribute}`;
  return { prompt: designerPrompt(text), completion: `// ${kind}\n${random.pick(scripts)}` };
}
