import { z } from 'zod';
import { configSchema } from '../../../src/runtime/config.ts';
import { outcomeSchema } from '../play/outcome.ts';

const common = {
  /** Files of stores. */
  config: configSchema,
  codeVersion: z.string(),
  samplers: z.number().int().positive(),
};

/** What a child process is asked to do: a cold start, or one arm with one seed. Complete in itself. */
export const jobSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cold'), store: z.string(), ...common }),
  z.strictObject({
    kind: z.literal('train'),
    cold: z.string(),
    store: z.string(),
    /** Where the last weights go, for arms that play with them. */
    last: z.string(),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('fixed'),
    cold: z.string(),
    script: z.string().optional(),
    by: z.enum(['all', 'family']).optional(),
    ...common,
  }),
  z.strictObject({ kind: z.literal('consistency'), last: z.string(), test: outcomeSchema, ...common }),
  z.strictObject({ kind: z.literal('oracle'), last: z.string(), ...common }),
  z.strictObject({
    kind: z.literal('search'),
    cold: z.string(),
    budget: z.number(),
    by: z.enum(['all', 'family']),
    ...common,
  }),
]);
export type Job = z.infer<typeof jobSchema>;

/** What a child says, a line of JSON each. A cold start has no outcome but that it is done. */
export const messageSchema = z.union([
  z.strictObject({ what: z.string(), share: z.number() }),
  z.strictObject({ outcome: outcomeSchema.nullable(), seconds: z.number() }),
]);
export type Message = z.infer<typeof messageSchema>;
