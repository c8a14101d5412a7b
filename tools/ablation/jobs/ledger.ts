import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../src/core/errors.ts';
import { outcomeSchema } from '../play/outcome.ts';

const machineSchema = z.object({ cores: z.number(), model: z.string() });

/** One arm with one seed, as it was run. */
const entrySchema = outcomeSchema.extend({
  arm: z.string(),
  seed: z.number(),
  /** Hash of all that the outcome depends on: sources, configuration, and the arms that it needs. */
  key: z.string(),
  seconds: z.number(),
  commit: z.string(),
  machine: machineSchema,
  node: z.string(),
  /** Something that the outcome depends on is another one now. */
  stale: z.literal(true).optional(),
});
export type Entry = z.infer<typeof entrySchema>;

const rowSchema = z.object({
  arm: z.string(),
  seed: z.number(),
  family: z.string(),
  heldOut: z.number(),
  harder: z.number().nullable(),
  testCalls: z.number(),
  /** Calls and seconds of the whole arm with this seed, all families together. */
  policyCalls: z.number(),
  seconds: z.number(),
  stale: z.literal(true).optional(),
});

const fileSchema = z.object({
  table: z.string(),
  /** The last command that wrote the file, and where; every entry of `runs` says the same of itself. */
  command: z.string(),
  commit: z.string(),
  machine: machineSchema,
  node: z.string(),
  preset: z.string(),
  /** A row for each arm, seed and family. */
  rows: z.array(rowSchema),
  /** What the rows are from. */
  runs: z.array(entrySchema),
});
export type LedgerFile = z.infer<typeof fileSchema>;
export type LedgerHead = Omit<LedgerFile, 'rows' | 'runs'>;

/** Reads the results of a table; none if there is no such file. Throws UserError for a file that is something else. */
export function readEntries(file: string): Entry[] {
  if (!existsSync(file)) return [];
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).runs;
  } catch {
    throw new UserError(
      'bad-results',
      `${file} does not hold results of an ablation; move it away, or name another folder with --out.`,
    );
  }
}

/** Writes the results of a table: the whole file or nothing of it, and on the disk before this returns. */
export function writeEntries(file: string, head: LedgerHead, entries: readonly Entry[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const runs = [...entries].sort((a, b) => a.arm.localeCompare(b.arm, 'en') || a.seed - b.seed);
  const text = `${JSON.stringify({ ...head, rows: runs.flatMap(rowsOf), runs }, null, 1)}\n`;
  const draft = `${file}.partial`;
  const handle = openSync(draft, 'w');
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

/** An entry as rows, one for each family. */
export function rowsOf({ arm, seed, families, policyCalls, seconds, stale }: Entry) {
  return Object.entries(families).map(([family, { heldOut, harder, testCalls }]) => ({
    arm,
    seed,
    family,
    heldOut,
    harder,
    testCalls,
    policyCalls,
    seconds,
    ...(stale === undefined ? {} : { stale }),
  }));
}
