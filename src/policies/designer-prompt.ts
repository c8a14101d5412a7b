import type { Prompt } from './prompt.ts';

/** What a designer sees: the task and nothing else; the language of designs is in its weights. */
export function designerPrompt(task: string): Prompt {
  return [
    { kind: 'designer', text: '' },
    { kind: 'task', text: task },
  ];
}
