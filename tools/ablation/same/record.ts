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

/** The sources whose results these stand for: the oldest that they were seen to come to the same as, or themselves. */
export function standingFor(sources: Sources, records: readonly SameRecord[]): Sources {
  const oldest = (hash: string, part: 'coldStart' | 'all', left = records.length): string => {
    const record = records.find(({ from, to }) => to[part] === hash && from[part] !== hash);
    return record === undefined || left === 0 ? hash : oldest(record.from[part], part, left - 1);
  };
  return { coldStart: oldest(sources.coldStart, 'coldStart'), all: oldest(sources.all, 'all') };
}
