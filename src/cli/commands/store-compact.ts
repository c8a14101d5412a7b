import { existsSync, statSync } from 'node:fs';
import { type CompactionPlan, compact, planCompaction } from '../../../store/compaction.ts';
import { Store } from '../../../store/store.ts';
import { checkStore } from '../../../store/store-check.ts';
import { UserError } from '../../core/errors.ts';
import { supersededWeights } from '../../runtime/versions.ts';
import { bytesText } from '../bytes.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe store compact`: prints what it removed, and how much smaller the file became. */
export function storeCompact(names: readonly string[], { dryRun, store: file, json }: Options): void {
  const dry = dryRun === true;
  const store = Store.open(file, { mode: dry ? 'read' : 'write', clock: Date.now });
  try {
    const options = { superseded: supersededWeights, ...(names.length > 0 && { runs: names }) };
    if (!dry) refuseDamaged(store);
    const before = sizeOf(store.file);
    const plan = dry ? planCompaction(store, options) : compact(store, options);
    const after = sizeOf(store.file);
    const said = json === true ? `${JSON.stringify(summary(plan, dry, before, after))}\n` : null;
    print(said ?? describe(plan, dry, before, after, file));
  } finally {
    store.close();
  }
}

/** What is damaged may be what somebody needs to mend it: nothing is taken away from it. */
function refuseDamaged(store: Store): void {
  const progress = new ProgressLine(process.stderr, Date.now);
  const { problems } = checkStore(store, (done, of) => progress.show('checking', done, of, 'events'));
  progress.clear();
  const [first] = problems;
  if (first === undefined) return;
  const run = first.run === undefined ? '' : `${first.run}: `;
  throw new UserError(
    'store-damaged',
    `The store ${store.file} is not as it was written (${run}${first.problem}) and was not compacted; "troupe store check" says more.`,
  );
}

/** What the file and its write-ahead log take on disk. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0);
}

function summary(
  { removed, unused, snapshots }: CompactionPlan,
  dryRun: boolean,
  before: number,
  after: number,
) {
  return { dryRun, removed, unused, snapshots, bytesBefore: before, bytesAfter: after };
}

function describe(plan: CompactionPlan, dry: boolean, before: number, after: number, file: string): string {
  const { removed, unused, snapshots, freeBytes } = plan;
  // Under several names, a blob still takes its room once.
  const blobBytes = [...new Map(removed.map(({ hash, size }) => [hash, size])).values()].reduce(
    (sum, size) => sum + size,
    0,
  );
  const rows = removed.map(({ run, name, size }) => `  ${run}  ${name}  ${bytesText(size)}`);
  if (unused.count > 0)
    rows.push(`  ${unused.count} blobs that belong to no run  ${bytesText(unused.bytes)}`);
  if (snapshots.count > 0) rows.push(`  ${snapshots.count} snapshots  ${bytesText(snapshots.bytes)}`);
  const sum = blobBytes + unused.bytes + snapshots.bytes;
  const last = dry
    ? `${file}: about ${bytesText(sum + freeBytes)} of ${bytesText(before)} would become free; nothing was changed.`
    : `${file}: ${bytesText(before)} → ${bytesText(after)}; all events are as they were.`;
  return [...rows, last, ''].join('\n');
}
