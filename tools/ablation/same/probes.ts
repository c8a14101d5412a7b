import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../src/core/errors.ts';
import { canonicalJson } from '../../../src/core/json.ts';
import { summarise } from '../../../src/views/run-summary.ts';
import { Store } from '../../../store/store.ts';
import { type Entry, readEntries } from '../jobs/ledger.ts';

/** One table of the ablation, in small, that a tree of sources is tried with. */
export interface Probe {
  readonly table: string;
  readonly settings: readonly string[];
  readonly arms?: readonly string[];
}

const SMALL = [
  'imitation.chunks=8',
  'steps=4',
  'stage.steps=1',
  'tasks={"train":200,"heldOut":10,"harder":4}',
  'rollout.tasksPerStep=12',
];

/**
 * Between them: every schedule, both kinds of policies, trees and flat rollouts, two shards, and all that plays without
 * training. Like the tables' own preset they evaluate no controls within a run.
 */
export const PROBES: readonly Probe[] = [
  { table: 'a', settings: SMALL },
  { table: 'd', settings: [...SMALL, 'shards=2', 'credit.executorPays=true'] },
  { table: 'c', settings: [...SMALL, 'steps=2'], arms: ['tree-by-design', 'tree-by-task', 'flat'] },
  { table: 'e', settings: SMALL },
];

/** A seed that no table reports. */
const SEED = 901;

/** The command of a probe, as it is typed. */
export function commandOf({ table, settings, arms }: Probe): string[] {
  return [
    ...['bench', 'ablation', '--table', table, '--seeds', '1', '--first-seed', String(SEED), '--keep'],
    ...(arms === undefined ? [] : ['--arms', arms.join(',')]),
    ...settings.flatMap((setting) => ['--set', setting]),
  ];
}

/** What an arm came to. */
export interface Tried {
  /** Its outcome, as canonical JSON. */
  readonly outcome: string;
  /** Hashes of its events and weights; null where it trained nothing, or stands for an arm that is the same. */
  readonly hashes: string | null;
}

export function isSame(a: Tried, b: Tried): boolean {
  return a.outcome === b.outcome && (a.hashes === null || b.hashes === null || a.hashes === b.hashes);
}

/** Runs a probe with the sources in `tree`: what each arm came to, by its name. Throws a UserError if it fails there. */
export async function tryProbe(tree: string, probe: Probe, folder: string): Promise<Map<string, Tried>> {
  const work = join(folder, 'work');
  const command = [join(tree, 'bin/troupe.cjs'), ...commandOf(probe), '--out', folder, '--work', work];
  const child = spawn(process.execPath, command, { cwd: tree, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-1000);
  });
  await once(child, 'close');
  if (child.exitCode !== 0) {
    throw new UserError('probe-failed', `Table ${probe.table} in small fails in ${tree}: ${said.trim()}`);
  }
  const entries = readEntries(join(folder, `ablation-${probe.table}.json`));
  if (entries.some(({ stale }) => stale === true)) {
    throw new UserError(
      'sources-changed',
      `The sources in ${tree} were changed while they were tried; try again.`,
    );
  }
  return new Map(
    entries.map((entry) => [
      entry.arm,
      { outcome: canonicalJson(essence(entry)), hashes: hashesOf(join(work, `${entry.key}.db`)) },
    ]),
  );
}

/** An entry without what may differ between two runs of the same. */
function essence({
  key: _,
  seconds: __,
  commit: ___,
  machine: ____,
  node: _____,
  stale: ______,
  ...rest
}: Entry) {
  return rest;
}

function hashesOf(file: string): string | null {
  if (!existsSync(file)) return null;
  const store = Store.open(file, { mode: 'read', clock: () => 0 });
  try {
    const info = store.run('latest');
    const reader = store.reader(info.id);
    const { eventHash, weightsHash } = summarise(info, reader, store.attempts(info.id));
    return `events ${eventHash} weights ${weightsHash}`;
  } finally {
    store.close();
  }
}
