import { z } from 'zod';

/** What a child is asked for: one of these, once in its life. */
export type JailRequest =
  | { readonly mode: 'read'; readonly script: string }
  | { readonly mode: 'call'; readonly script: string; readonly ref: string; readonly args: unknown };

const line = z.number().int().min(1);
const polls = z.number().int().min(0);

/** `killed` is the parent's own word: a child that says it is not believed. */
const failure = z.object({
  ok: z.literal(false),
  cause: z.enum([
    'syntax',
    'error',
    'no-design',
    'unsupported',
    'self-answer',
    'unknown-function',
    'result',
    'memory',
    'steps',
    'crash',
  ]),
  message: z.string().transform((text) => text.slice(0, 500)),
  line: line.nullish(),
  polls,
});

/** What a child answers to `read`. The script may have forged it: it is data of the right form, no more. */
export const readReplySchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    root: z.json(),
    question: z.string().nullable(),
    functions: z.boolean(),
    lines: z.record(z.string(), line),
    polls,
  }),
  failure,
]);

/** What a child answers to `call`. */
export const callReplySchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    value: z.json(),
    /** What predicates and routing functions keep in their context. */
    state: z.record(z.string(), z.json()).optional(),
    polls,
  }),
  failure,
]);

/** How an evaluation ended: with a text to parse, or without one. */
export type JailEnd =
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'killed' | 'crash'; readonly message: string };
