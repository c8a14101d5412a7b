import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../src/runtime/config.ts';
import { type Table, withNeeds } from './arm.ts';
import { type Entry, type LedgerHead, readEntries, writeEntries } from './jobs/ledger.ts';
import { planTable, type Task } from './jobs/plan.ts';
import { type Progress, runTable, type TableEnd } from './jobs/run-table.ts';
import { equalSources, ownSources } from './jobs/sources.ts';

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

/** The key of an entry whose sources changed while it was made: none that is planned. */
const UNKNOWN = 'sources changed meanwhile';

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
  const own = ownSources();
  const [code = own, ...newer] = equalSources();
  const tasks = planTable({ base, arms, seeds, sources: code });
  const planned = new Map(tasks.filter(({ arm }) => arm !== null).map((task) => [task.id, task]));
  // What a table no longer has is no result of it.
  const current = new Set(table.arms(base).map(({ name }) => name));
  const stored = readEntries(file).filter(({ arm }) => current.has(arm));
  const all = {
    base,
    arms: table.arms(base),
    seeds: [...new Set([...seeds, ...stored.map(({ seed }) => seed)])],
  };
  const keys = new Map(planTable({ ...all, sources: code }).map(({ id, key }) => [id, key]));
  // What was run with newer sources, before they were seen to come to the same as older ones.
  const renamed = new Map(
    newer.flatMap((each) =>
      planTable({ ...all, sources: each }).map(({ id, key }) => [key, keys.get(id) ?? key]),
    ),
  );
  const standing = (entry: Entry): Entry => ({ ...entry, key: renamed.get(entry.key) ?? entry.key });
  const before = stored.map(standing);
  const entries = new Map(before.map((entry) => [idOf(entry), marked(entry, keys)]));
  const elsewhere = entriesOfAll(out).map(standing);
  for (const task of planned.values()) {
    const same = elsewhere.find(({ key, stale }) => key === task.key && stale === undefined);
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
      const entry = { ...outcome, arm: '', seed: task.seed, key: task.key, seconds, commit, machine, node };
      // Somebody edits while this runs: nobody knows which code the child had loaded.
      const same = ownSources().all === own.all;
      entries.set(task.id, same ? named(entry, task) : { ...named(entry, task), key: UNKNOWN, stale: true });
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
