import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../src/core/errors.ts';
import { copyRun } from './copy-run.ts';
import type { EventReader } from './event-log.ts';
import { codeOf } from './failure.ts';
import { checkRun } from './integrity.ts';
import { removeLeftovers } from './leftovers.ts';
import { Runs } from './runs.ts';
import { Store } from './store.ts';

export interface ExportedRun {
  readonly run: string;
  readonly file: string;
  readonly events: number;
  readonly eventHash: string;
  /** Size of the file. */
  readonly bytes: number;
}

/** What hears how far a copy is: which part, and how many events of how many. */
export type CopyProgress = (what: 'copying' | 'checking', events: number, of: number) => void;

/**
 * Writes one run into a new store file: its events, blobs, attempts and configuration, checked in full. A fork needs
 * nothing of its parent, because it has a copy of what they share. The file appears whole, under a name that must
 * be free, or not at all; it is one file, with nothing beside it. A run that is being written is exported as it
 * stands. `further` finds what else is wrong with it, in words. Throws UserError for a damaged run and for a place that cannot be written.
 */
export function exportRun(
  store: Store,
  name: string,
  path: string,
  onProgress?: CopyProgress,
  further: (run: EventReader) => readonly string[] = () => [],
): ExportedRun {
  const file = resolve(path);
  const run = new Runs(store.connection).find(name);
  if (!existsSync(dirname(file))) {
    throw new UserError(
      'export-target',
      `There is no folder ${dirname(path)} to export to; create it, or name another file.`,
    );
  }
  // Before anything else: an export that was killed once its file had its name has left its draft beside it.
  removeLeftovers(file);
  if (existsSync(file)) throw taken(path);
  const draft = `${file}.partial-${process.pid}`;
  try {
    const written = writeDraft(store, run.id, draft, onProgress, further);
    publish(draft, file, path);
    return { run: run.id, file, ...written };
  } catch (error) {
    throw exportFailure(error, draft, path, store.file);
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(draft + end, { force: true });
  }
}

function writeDraft(
  store: Store,
  id: string,
  draft: string,
  onProgress: CopyProgress | undefined,
  further: (run: EventReader) => readonly string[],
) {
  const copy = Store.open(draft, { mode: 'create', clock: store.connection.clock });
  try {
    // One file, with nothing beside it; and nothing to go back to, since a draft that is not finished is deleted.
    copy.connection.db.pragma('journal_mode = MEMORY');
    copy.connection.db.pragma('synchronous = OFF');
    const total = store.connection.snapshot(() => {
      const run = new Runs(store.connection).find(id);
      copy.connection.write(() =>
        copyRun(store.connection, run, copy.connection, run, (done) =>
          onProgress?.('copying', done, run.events),
        ),
      );
      return run.events;
    });
    const { events, problems } = checkRun(copy, id, (done) => onProgress?.('checking', done, total));
    const problem = problems[0]?.problem ?? further(copy.reader(id))[0];
    if (problem !== undefined) {
      throw new UserError(
        'run-damaged',
        `The run ${id} in ${store.file} is damaged (${problem}) and was not exported; "troupe store check" says more.`,
      );
    }
    return { events, eventHash: copy.reader(id).eventHash(), bytes: statSync(draft).size };
  } finally {
    copy.close();
  }
}

/** Gives the finished draft its name, for good: contents first, then the name, without replacing anything. */
function publish(draft: string, file: string, path: string): void {
  sync(draft);
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(path);
    if (existsSync(file)) throw taken(path);
    renameSync(draft, file); // a file system without hard links
  }
  if (process.platform !== 'win32') sync(dirname(file));
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function taken(path: string): UserError {
  return new UserError('export-exists', `There is a file ${path} already; name another one to export to.`);
}

/** What kept the file from being written, by the name that the user gave it; what is wrong with the store, as it is. */
function exportFailure(error: unknown, draft: string, path: string, source: string): unknown {
  const aboutDraft = error instanceof UserError && error.message.includes(draft);
  const code = aboutDraft ? error.code : codeOf(error);
  if (code === '') return error;
  // Nothing reads what it has just written: what cannot be read is the source.
  if (code === 'store-damaged') {
    return new UserError(code, `The store ${source} is damaged; "troupe store check" says more.`);
  }
  return new UserError(
    'export-target',
    `The file ${path} cannot be written (${code}); make room, or name another place to export to.`,
  );
}
