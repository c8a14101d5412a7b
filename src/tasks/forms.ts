import { executorPrompt } from '../policies/executor-prompt.ts';
import { TOOL_CALL_MARK } from '../policies/prompt.ts';
import type { Demonstration } from './task.ts';
import { JS_TOOLS } from './tool.ts';

/** Agents of the demonstrated designs: one that answers, and one that does a part of the work for it. */
const SOLVER = { name: 'solve' };
const STEPPER = { name: 'step' };

/**
 * The ways in which the demonstrated designs call an executor, as demonstrations. `task` is the text as the agent
 * sees it; a weight says how often one is shown, relative to the task's others.
 */
export const forms = {
  /** Asked for the answer, at once. */
  answer: (task: string, completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...SOLVER, task }),
    completion,
    weight,
  }),

  /** Calls the tool, and says what it makes of the result. */
  tool: (task: string, call: string, result: string, completion: string, weight = 1): Demonstration[] => [
    {
      prompt: executorPrompt({ ...SOLVER, task, tools: JS_TOOLS }),
      completion: TOOL_CALL_MARK + call,
      weight,
    },
    {
      prompt: executorPrompt({ ...SOLVER, task, tools: JS_TOOLS, turns: [{ call, result }] }),
      completion,
      weight,
    },
  ],

  /** Has the tool and answers at once. Shown as often as the call, it leaves to be found out which is better. */
  answerBesideTool: (task: string, completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...SOLVER, task, tools: JS_TOOLS }),
    completion,
    weight,
  }),

  /** Revises a draft in the light of what its public tests said. */
  revision: (task: string, revised: Revised, completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...SOLVER, task, ...revised }),
    completion,
    weight,
  }),

  /** The same with a tool at hand, not used: the feedback says all that another try could. */
  revisionWithTool: (task: string, revised: Revised, completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...SOLVER, task, tools: JS_TOOLS, ...revised }),
    completion,
    weight,
  }),

  /** Does one part: what it says is what the next agent sees, after what others said before it. */
  part: (task: string, seen: readonly string[], completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...STEPPER, task, ...sees(seen) }),
    completion,
    weight,
  }),

  /** Answers, with the parts that others did in view. */
  lastPart: (task: string, seen: readonly string[], completion: string, weight = 1): Demonstration => ({
    prompt: executorPrompt({ ...SOLVER, task, ...sees(seen) }),
    completion,
    weight,
  }),
};

/** What a step says that has nothing to add. */
export const NOTHING = '-';

export interface Revised {
  readonly draft: string;
  readonly feedback: string;
}

/** Parts under the names that a sequence of steps gives its members: `step`, or `step1` and `step2`. */
function sees(texts: readonly string[]): { sees?: { name: string; text: string }[] } {
  if (texts.length === 0) return {};
  return {
    sees: texts.map((text, index) => ({ name: texts.length === 1 ? 'step' : `step${index + 1}`, text })),
  };
}

/**
 * What steps can do where a task has no parts: the first says something, the others say it again. Shown seldom: a
 * sequence of agents is the wrong design there.
 */
export function idleParts(task: string, said: string, completion: string, weight: number): Demonstration[] {
  return [
    forms.part(task, [], said, weight),
    forms.part(task, [said], said, weight / 2),
    forms.lastPart(task, [said], completion, weight),
    forms.lastPart(task, [said, said], completion, weight / 2),
  ];
}
