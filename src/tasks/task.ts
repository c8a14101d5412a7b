import { z } from 'zod';
import type { RandomStream } from '../core/random.ts';
import type { Prompt } from '../policies/prompt.ts';
import type { Sandbox } from './sandbox.ts';

const jsonSchema = z.json();

/** One call of the function under test: its arguments and the value it must return. */
const testSchema = z.object({ input: z.array(jsonSchema), output: jsonSchema }).readonly();
export type Test = z.infer<typeof testSchema>;

/**
 * One question with what its verifier needs. `key` is the task's content (for code: its input-output
 * behaviour): train and held-out sets share no key.
 */
export const taskSchema = z
  .object({
    id: z.string(),
    family: z.string(),
    /** What of it is visible and matters for the choice of a design; none if left out. */
    attribute: z.string().optional(),
    key: z.string(),
    text: z.string(),
    check: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('integer'), value: z.number().int() }),
      z.object({ kind: z.literal('tests'), public: z.array(testSchema), hidden: z.array(testSchema) }),
    ]),
  })
  .readonly();
export type Task = z.infer<typeof taskSchema>;

/** What an execution returns, as typed data. `none` says why there is no answer. */
export type Answer =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'function'; readonly source: string }
  | { readonly kind: 'none'; readonly cause: string };

/** The verifier's judgement: a score in [0, 1] and the parts it is made of, each in [0, 1]. */
export interface Verdict {
  readonly score: number;
  readonly answer: Answer;
  readonly parts: { readonly [part: string]: number };
  /** Only a wall clock stopped the program. */
  readonly killed?: true;
}

/** What the environment says about a draft before it is final: public tests where the task has some. */
export interface Feedback {
  /** True only when there are public tests and all pass. */
  readonly passed: boolean;
  readonly text: string;
  /** Only a wall clock stopped the program. */
  readonly killed?: true;
}

/** A worked example for the cold start: a prompt and the completion to imitate. */
export interface Demonstration {
  readonly prompt: Prompt;
  /** May start with the tool-call mark. */
  readonly completion: string;
  /** How often it is shown, relative to the task's others; 1 if left out. */
  readonly weight?: number;
}

export type Split = 'train' | 'heldOut' | 'harder';

/** A kind of task. Everything is a pure function of its arguments; a user adds a family in one file. */
export interface TaskFamily {
  readonly name: string;
  /** `count` distinct tasks of one split; the two splits are disjoint by `key` for every seed. */
  generate(seed: number, split: Split, count: number): Task[];
  /** Demonstrations of all the ways an executor may be called on this task (see prompt.ts). */
  demonstrate(task: Task, random: RandomStream): Demonstration[];
}

/** Judges replies and drafts; runs code answers in the sandbox. */
export interface Verifier {
  verify(task: Task, reply: string, sandbox: Sandbox): Promise<Verdict>;
  feedback(task: Task, draft: string, sandbox: Sandbox): Promise<Feedback>;
}
