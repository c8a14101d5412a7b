import { z } from 'zod';

/** What the sandbox and its worker say to each other; both sides check what they get. */
const programSchema = z.object({
  prelude: z.string().optional(),
  source: z.string(),
  steps: z.number().int().optional(),
});

export const batchSchema = z.object({ programs: z.array(programSchema) });

const resultSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), json: z.string(), steps: z.number() }),
  z.object({
    ok: z.literal(false),
    failure: z.enum(['syntax', 'error', 'steps', 'memory', 'value', 'killed']),
    message: z.string(),
    steps: z.number(),
    line: z.number().optional(),
  }),
]);

export const replySchema = z.discriminatedUnion('kind', [
  /** The worker has loaded QuickJS; from here on silence means that a program hangs. */
  z.object({ kind: z.literal('ready') }),
  /** One result per program of the batch, in its order. */
  z.object({ kind: z.literal('results'), results: z.array(resultSchema) }),
]);
export type Reply = z.infer<typeof replySchema>;

/** Cells of the shared progress array that the worker writes and the sandbox watches. */
export const PROGRESS = {
  /** Index, within the batch, of the program that is being evaluated. */
  current: 0,
  /** 1 where that program has spent its budget and does not stop for it. */
  spent: 1,
} as const;
