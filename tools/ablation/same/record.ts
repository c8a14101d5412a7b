import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../../../src/core/errors.ts';

/** Hashes of the sources that results depend on: another hash, and a result is stale. */
export interface Sources {
  readonly coldStart: string;
  readonly all: string;
}

const pointSchema = z.object({ commit: z.string(), coldStart: z.string(), all: z.string() });

/** What was seen once: sources of two commits came to the same, bit by bit, in all that was tried. */
const recordSchema = z.object({
  from: pointSchema,
  to: pointSchema,
  /** What was tried, and how many arms it had. */
  commands: z.array(z.string()),
  arms: z.number(),
  machine: z.object({ cores: z.number(), model: z.string() }),
  node: z.string(),
});
export type SameRecord = z.infer<typeof recordSchema>;

/** The records in a file; none if there is no such file. Throws UserError for a file that is something else. */
export function readRecords(file: string): SameRecord[] {
  if (!existsSync(file)) return [];
  try {
    return z.array(recordSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new UserError('bad-records', `${file} does not hold records of "troupe bench same"; restore it.`);
  }
}

/** All sources that these were seen to come to the same as, the oldest first and themselves last. */
export function equals(sources: Sources, records: readonly SameRecord[]): Sources[] {
  const chain = [sources];
  for (;;) {
    const [first = sources] = chain;
    const record = records.find(({ to }) => to.all === first.all);
    // A circle has no oldest.
    if (record === undefined || chain.some(({ all }) => all === record.from.all)) return chain;
    chain.unshift({ coldStart: record.from.coldStart, all: record.from.all });
  }
}
