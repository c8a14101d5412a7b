import { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { RandomStream } from '../core/random.ts';
import type { Prompt } from '../policies/prompt.ts';
import type { Sandbox } from './sandbox.ts';

const jsonSchema = z.json();

/** One call of the function under test: its arguments and the value it must return. */
const testSchema = z.object({ input: z.array(jsonSchema), output: jsonSchema }).readonly();
export type Test = z.infer<typeof testSchema>;

/**
 * One question with what its verifier needs. `key` is the task's content (for code: its input-output
 * behaviour): no two of the three splits share a key. `attribute` names what can be seen in the text and decides which
 * design is best: tasks of one family and attribute are one cell of every table.
 */
export const taskSchema = z
  .object({
    id: z.string(),
    family: z.string(),
    key: z.string(),
    attribute: z.string().optional(),
    text: z.string(),
    check: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('integer'), value: z.number().int() }),
      z.object({ kind: z.literal('text'), value: z.string() }),
      z.object({ kind: z.literal('tests'), public: z.array(testSchema), hidden: z.array(testSchema) }),
    ]),
  })
  .readonly();
export type Task = z.infer<typeof taskSchema>;

/** What an execution returns, as typed data. `none` says why there is no answer. */
export type Answer =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'function'; readonly source: string }
  | { readonly kind: 'none'; readonly cause: string };

/**
 * The first public test that a program did not pass: its place among the public tests (from 0), the arguments, the value
 * wanted, and the value that came; in its place, why none did.
 */
export interface FailedTest {
  readonly index: number;
  readonly input: readonly Json[];
  readonly expected: Json;
  readonly actual?: Json;
  readonly error?: string;
}

/** The verifier's judgement: a score in [0, 1] and the parts it is made of, each in [0, 1]. */
export interface Verdict {
  readonly score: number;
  readonly answer: Answer;
  readonly parts: { readonly [part: string]: number };
  /** For people and never for agents; none where all public tests passed, or where there are none. */
  readonly failed?: FailedTest;
  /** Only a wall clock stopped the program. */
  readonly killed?: true;
}

/** What the environment says about a draft before it is final: public tests where the task has some. */
export interface Feedback {
  /** True only when there are public tests and all pass. */
  readonly passed: boolean;
  readonly text: string;
  /** For people and never for agents: what `text` says, in full. */
  readonly failed?: FailedTest;
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

/** `harder` goes beyond what training shows: longer texts, larger numbers. */
export type Split = 'train' | 'heldOut' | 'harder';

/** A kind of task. Everything is a pure function of its arguments; a user adds a family in one file. */
export interface TaskFamily {
  readonly name: string;
  /** How often the cold start shows this family's tasks, relative to others; 1 if left out. */
  readonly practice?: number;
  /**
   * `count` distinct tasks of one split; the splits are disjoint by `key` for every seed. `behaviours` are those that a run
   * was recorded with (core/behaviours.ts), for a family that has changed since; left out, the newest.
   */
  generate(seed: number, split: Split, count: number, behaviours?: readonly number[]): Task[];
  /** Demonstrations of all the ways an executor may be called on this task (see prompt.ts). */
  demonstrate(task: Task, random: RandomStream): Demonstration[];
  /**
   * What one agent sees of a task's text, where agents do not all see the same; the text itself if left out.
   * An agent sees one copy, whatever number of turns it takes.
   */
  observe?(text: string, random: RandomStream): string;
}

/** Judges replies and drafts; runs code answers in the sandbox. */
export interface Verifier {
  verify(task: Task, reply: string, sandbox: Sandbox): Promise<Verdict>;
  feedback(task: Task, draft: string, sandbox: Sandbox): Promise<Feedback>;
}
