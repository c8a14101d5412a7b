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

/** One designer demonstration for a task. */
export function demonstrateDesign(
  task: Task,
  scripts: readonly string[],
  random: RandomStream,
): Demonstration {
  return {
    prompt: designerPrompt(task.text),
    completion: random.pick(scripts),
  };
}
