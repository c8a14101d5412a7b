import { UserError } from '../src/core/errors.ts';
import { copyRun } from './copy-run.ts';
import type { CopyProgress } from './export-run.ts';
import { checkRun } from './integrity.ts';
import { type RunRow, Runs } from './runs.ts';
import { Store } from './store.ts';
import { checkStore, type Further } from './store-check.ts';

export interface ImportedRun {
  /** Its name here, and its name in the file. */
  readonly run: string;
  readonly from: string;
  readonly events: number;
  readonly eventHash: string;
  /** False where the store had this very run already: nothing was done. */
  readonly added: boolean;
}

/**
 * Opens a file to import from, without ever changing it, and checks all of it. Throws UserError, before anything
 * else is touched, for a file that is no store, holds no runs, or is not as it was written.
 */
export function openImport(
  file: string,
  clock: () => number,
  onProgress?: CopyProgress,
  further?: Further,
): Store {
  const source = open(file, clock);
  try {
    const { problems, runs } = checkStore(source, (done, of) => onProgress?.('checking', done, of), further);
    const [first] = problems;
    if (first !== undefined) {
      const run = first.run === undefined ? '' : `${first.run}: `;
      throw damaged(file, run + first.problem);
    }
    if (runs === 0) throw new UserError('nothing-to-import', `The store ${file} holds no runs.`);
    return source;
  } catch (error) {
    source.close();
    throw error;
  }
}

/**
 * Takes all runs of another store into this one, each as a new run, in one transaction: all of them, or none if it
 * fails. A run that is here already and whole, by its configuration and its chain of commits, is left out.
 */
export function importRuns(source: Store, store: Store, onProgress?: CopyProgress): ImportedRun[] {
  const runs = new Runs(source.connection).all();
  const total = runs.reduce((sum, { events }) => sum + events, 0);
  const { connection } = store;
  // A run that is here and damaged is no reason to leave out one that is whole.
  const known = new Runs(connection).all().filter((other) => runs.some((row) => isSame(row, other)));
  const damaged = new Set(known.map(({ id }) => id).filter((id) => checkRun(store, id).problems.length > 0));
  const imported = source.connection.snapshot(() =>
    connection.write(() => {
      const here = new Runs(connection);
      let before = 0;
      return runs.map((row) => {
        const same = here.all().find((other) => isSame(row, other) && !damaged.has(other.id));
        const target = same ?? here.next();
        if (same === undefined) {
          copyRun(source.connection, row, connection, target, (done) =>
            onProgress?.('copying', before + done, total),
          );
        }
        before += row.events;
        return { run: target.id, from: row.id, events: row.events, added: same === undefined };
      });
    }),
  );
  return imported.map(({ added, ...rest }) => ({
    ...rest,
    eventHash: store.reader(rest.run).eventHash(),
    added,
  }));
}

/** The chain covers the configuration and every event with its time, so that equal ends are equal runs. */
function isSame(a: RunRow, b: RunRow): boolean {
  return a.chain === b.chain && a.events === b.events && a.config_hash === b.config_hash;
}

/** Opens the file; what is wrong with it is said of a file to import, not of a store to be named. */
function open(file: string, clock: () => number): Store {
  try {
    return Store.open(file, { mode: 'inspect', clock });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'store-damaged') throw damaged(file, 'SQLite cannot read it');
    if (error.code === 'store-missing') {
      throw new UserError(error.code, `There is no file ${file} to import; check its name.`);
    }
    throw new UserError(
      error.code,
      error.message.replace('name another file with --store', 'import another file'),
    );
  }
}

function damaged(file: string, what: string): UserError {
  return new UserError(
    'import-damaged',
    `${file} is not as it was written (${what}); nothing was imported; copy or export it again.`,
  );
}
