import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../src/runtime/config.ts';
import { type Table, withNeeds } from './arm.ts';
import { type Entry, type LedgerHead, readEntries, writeEntries } from './jobs/ledger.ts';
import { planTable, type Task } from './jobs/plan.ts';
import { type Progress, runTable, type TableEnd } from './jobs/run-table.ts';
import { sources } from './jobs/sources.ts';

export interface AblationOptions {
  readonly table: Table;
  readonly base: RunConfig;
  readonly seeds: readonly number[];
  /** The arms that are wanted; all, if left out. */
  readonly arms?: readonly string[] | undefined;
  readonly jobs: number;
  readonly keep: boolean;
  /** Whether entries are taken although something that they depend on has changed; they stay marked. */
  readonly keepStale: boolean;
  readonly work: string;
  /** Folder of the results. */
  readonly out: string;
  readonly codeVersion: string;
  readonly head: LedgerHead;
  readonly onProgress: (progress: Progress) => void;
}

export interface AblationEnd extends TableEnd {
  /** All that the table has now, of the seeds and arms that were asked for. */
  readonly entries: readonly Entry[];
  readonly file: string;
}

/** The file with the results of a table. */
export function resultsFile(out: string, letter: string): string {
  return join(out, `ablation-${letter}.json`);
}

/**
 * Runs what is missing of a table, and commits each result as it comes. What stands in the file and is not stale is not
 * run again, nor what another table has run with the same configuration. It can be killed at any time: the same
 * call goes on, within an arm too.
 */
export function ablation(options: AblationOptions): {
  readonly finished: Promise<AblationEnd>;
  stop(): void;
} {
  const { table, base, seeds, head, out } = options;
  const file = resultsFile(out, table.letter);
  const arms = withNeeds(table.arms(base), options.arms);
  const tasks = planTable({ base, arms, seeds, sources: sources() });
  const planned = new Map(tasks.filter(({ arm }) => arm !== null).map((task) => [task.id, task]));
  const before = readEntries(file);
  const everything = planTable({
    base,
    arms: table.arms(base),
    seeds: [...new Set([...seeds, ...before.map(({ seed }) => seed)])],
    sources: sources(),
  });
  const keys = new Map(everything.map(({ id, key }) => [id, key]));
  const entries = new Map(before.map((entry) => [idOf(entry), marked(entry, keys)]));
  for (const task of planned.values()) {
    const same = entriesOfAll(out).find(({ key, stale }) => key === task.key && stale === undefined);
    const own = entries.get(task.id);
    if (same !== undefined && own?.key !== task.key) entries.set(task.id, named(same, task));
  }
  const save = () => writeEntries(file, head, [...entries.values()]);
  save();

  const known = new Map<string, Entry>();
  for (const task of planned.values()) {
    const entry = entries.get(task.id);
    if (entry !== undefined && (entry.stale === undefined || options.keepStale)) known.set(task.key, entry);
  }
  const running = runTable({
    ...options,
    tasks,
    known,
    onOutcome: (task, { outcome, seconds }) => {
      const { commit, machine, node } = head;
      entries.set(
        task.id,
        named({ ...outcome, arm: '', seed: task.seed, key: task.key, seconds, commit, machine, node }, task),
      );
      save();
    },
  });
  const finished = async (): Promise<AblationEnd> => {
    const end = await running.finished;
    const wanted = [...planned.keys()].flatMap((id) => entries.get(id) ?? []);
    return { ...end, entries: wanted, file };
  };
  return { finished: finished(), stop: running.stop };
}

/** An entry with a mark, if it was made otherwise than it would be made now. */
function marked(entry: Entry, keys: ReadonlyMap<string, string>): Entry {
  const { stale: _, ...fresh } = entry;
  return keys.get(idOf(entry)) === entry.key ? fresh : { ...fresh, stale: true };
}

function named(entry: Entry, { arm, seed }: Task): Entry {
  const { stale: _, ...fresh } = entry;
  return { ...fresh, arm: arm?.name ?? '', seed };
}

/** Entries of all tables in a folder. */
function entriesOfAll(out: string): Entry[] {
  try {
    return readdirSync(out)
      .filter((name) => /^ablation-[a-z]\.json$/.test(name))
      .flatMap((name) => readEntries(join(out, name)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function idOf({ arm, seed }: Pick<Entry, 'arm' | 'seed'>): string {
  return `${arm}/${seed}`;
}
