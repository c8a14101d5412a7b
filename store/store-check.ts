import { UserError } from '../src/core/errors.ts';
import type { Connection } from './connection.ts';
import type { EventReader } from './event-log.ts';
import { checkFile, checkRun, type Problem } from './integrity.ts';
import { foreignParts, missingParts } from './schema-check.ts';
import type { Store } from './store.ts';

export interface StoreProblem extends Problem {
  /** The run that the problem was found in; missing where it is the file's. */
  readonly run?: string;
}

/** What a check of a whole store came to. */
export interface StoreCheck {
  readonly ok: boolean;
  /** The numbers of runs and of events that were checked. */
  readonly runs: number;
  readonly events: number;
  readonly problems: readonly StoreProblem[];
}

/** What else is wrong with a run, given its events and its configuration as it is stored. */
export type Further = (run: EventReader, config: string) => readonly string[];

/**
 * Checks everything in a store: SQLite's own structures, every run by its hash chains, its blobs by their hashes,
 * and that no row refers to one that is not there. Reads the whole file, writes nothing. `onProgress` hears how
 * many events of how many were checked.
 *
 * @param further finds what else is wrong with a run whose hashes fit, in words
 */
export function checkStore(
  store: Store,
  onProgress?: (events: number, of: number) => void,
  further: Further = () => [],
): StoreCheck {
  const problems: StoreProblem[] = [];
  let runs = 0;
  let events = 0;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'store-damaged')) throw error;
      problems.push({ problem: error.message });
    }
  };
  attempt(() => {
    const missing = store.connection.guard(() => missingParts(store.connection.db));
    if (missing.length > 0) problems.push({ problem: `the file lacks ${missing.join(', ')}` });
  });
  // Without its tables, nothing else can be said.
  if (problems.length > 0) return { ok: false, runs, events, problems };
  attempt(() => {
    problems.push(
      ...store.connection.guard(() => foreignParts(store.connection.db)).map((problem) => ({ problem })),
    );
  });
  attempt(() => {
    problems.push(...checkFile(store).map((line) => ({ problem: `SQLite: ${line}` })));
  });
  attempt(() => {
    problems.push(...orphans(store.connection).map((problem) => ({ problem })));
  });
  attempt(() => {
    const stored = runTails(store.connection);
    const total = stored.reduce((sum, run) => sum + (run.events ?? 0), 0);
    for (const { run, config, events: length } of stored) {
      runs++;
      if (length === null) {
        problems.push({ run, problem: 'how far the run has come is not recorded' });
        continue;
      }
      const before = events;
      const check = checkRun(store, run, (done) => onProgress?.(before + done, total));
      events += check.events;
      problems.push(...check.problems.map((problem) => ({ run, ...problem })));
      // What else is wrong is not to be read out of events that are damaged.
      if (check.problems.length > 0) continue;
      problems.push(...further(store.reader(run), config).map((problem) => ({ run, problem })));
    }
  });
  return { ok: problems.length === 0, runs, events, problems };
}

/** All runs, those whose tail is missing included. */
function runTails(connection: Connection): { run: string; config: string; events: number | null }[] {
  return connection.guard(() =>
    connection.db
      .prepare<[], { run: string; config: string; events: number | null }>(
        'SELECT id AS run, config, tails.events FROM runs LEFT JOIN tails ON tails.run = runs.key ORDER BY key',
      )
      .all(),
  );
}

/**
 * Rows that refer to nothing, and blobs that nothing refers to. What lies within a run, an event without its stream or a
 * name without its blob, is for the check of that run to tell.
 */
function orphans(connection: Connection): string[] {
  const { db } = connection;
  return connection.guard(() => {
    const rows = db
      .prepare<[], { name: string; parent: string; count: number }>(
        `SELECT "table" AS name, parent, count(*) AS count FROM pragma_foreign_key_check
         WHERE NOT ("table" = 'blob_refs' AND parent = 'blobs')
           AND NOT ("table" = 'events' AND rowid >> 32 IN (SELECT key FROM runs))
         GROUP BY 1, 2`,
      )
      .all()
      .map(({ name, parent, count }) => `${rowsOf(count, name)} to ${parent} that are not there`);
    const blobs = db
      .prepare<[], { unused: number; otherSize: number }>(
        `SELECT ifnull(sum(NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash)), 0) AS unused,
           ifnull(sum(size <> length(bytes)), 0) AS otherSize FROM blobs`,
      )
      .get();
    const { unused = 0, otherSize = 0 } = blobs ?? {};
    if (unused > 0) {
      rows.push(`${unused === 1 ? 'one blob belongs' : `${unused} blobs belong`} to no run`);
    }
    if (otherSize > 0) {
      rows.push(`${otherSize === 1 ? 'one blob has' : `${otherSize} blobs have`} another size than recorded`);
    }
    return rows;
  });
}

function rowsOf(count: number, table: string): string {
  return count === 1 ? `one row of ${table} refers` : `${count} rows of ${table} refer`;
}
