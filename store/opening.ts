import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../src/core/errors.ts';
import { codeOf } from './failure.ts';
import { removeLeftovers } from './leftovers.ts';
import { APPLICATION_ID, createFile, SCHEMA_VERSION } from './schema.ts';
import { refuseForeign } from './schema-check.ts';
import { upgrade } from './upgrade.ts';
import { renewViews } from './views.ts';

/**
 * `create`: make the file if there is none; `write`, `read`: it must be there. `inspect`: read it without
 * changing a byte of it or of its directory, whatever its format.
 */
export type Mode = 'create' | 'write' | 'read' | 'inspect';

/** Bytes that a write-ahead log keeps on disk after it was taken into the file: four times what is left before that is tried. */
const LOG_LIMIT = 64 * 1024 * 1024;

/** How long (ms) a process waits for another one's transaction: the import of a large run takes a while. */
const PATIENCE = 60_000;

/**
 * Opens a store after looking at the first bytes of its file, so that a file of another kind is not
 * touched. Throws {@link UserError}, and SQLite's and the system's errors as they are.
 */
export function openDatabase(file: string, mode: Mode): Database.Database {
  if (!existsSync(file)) {
    if (mode !== 'create') throw missing(file);
    if (!existsSync(dirname(file))) throw missingDirectory(file);
    accessSync(dirname(file), constants.W_OK);
    removeLeftovers(file);
    if (existsSync(`${file}-wal`) && !existsSync(file)) throw orphanedLog(file);
    createFile(file);
  }
  const header = readHeader(file);
  const reads = mode === 'read' || mode === 'inspect';
  if (!reads) for (const path of [file, dirname(file)]) accessSync(path, constants.W_OK);
  const db = !reads
    ? new Database(file, { fileMustExist: true, timeout: PATIENCE })
    : mode === 'read'
      ? openForReading(file, header)
      : openToInspect(file, header);
  try {
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 4000');
    // What a long reader made of the write-ahead log is given back once it is gone.
    db.pragma(`journal_size_limit = ${LOG_LIMIT}`);
    db.pragma('foreign_keys = OFF');
    checkVersion(file, Number(db.pragma('user_version', { simple: true })));
    upgrade(db, file);
    if (!reads) refuseForeign(db, file);
    if (reads) db.pragma('query_only = ON');
    else {
      // An exported file has no write-ahead log until someone writes it.
      db.pragma('journal_mode = WAL');
      renewViews(db);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Header {
  readonly version: number;
  /** Whether SQLite keeps a write-ahead log beside the file. */
  readonly wal: boolean;
}

/** What the first bytes of a store say. Throws UserError for a file that is none. */
function readHeader(file: string): Header {
  const stats = statSync(file);
  if (stats.isDirectory()) throw notAStore(file, 'is a directory');
  // A pipe would be waited for, and a device has no end.
  if (!stats.isFile()) throw notAStore(file, 'is no ordinary file');
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    const length = readSync(descriptor, header, 0, header.length, 0);
    if (length === 0) throw notAStore(file, 'is empty');
    if (length < header.length || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
      throw notAStore(file, 'is not an SQLite file');
    }
  } finally {
    closeSync(descriptor);
  }
  if (header.readUInt32BE(68) !== APPLICATION_ID)
    throw notAStore(file, 'is an SQLite file of another program');
  const version = header.readUInt32BE(60);
  checkVersion(file, version);
  return { version, wal: header[19] === 2 };
}

function checkVersion(file: string, version: number): void {
  if (version < 1) throw notAStore(file, 'has no format version');
  if (version <= SCHEMA_VERSION) return;
  throw new UserError(
    'store-too-new',
    `The store ${file} was written by a newer Troupe (format ${version}, this one knows ${SCHEMA_VERSION}); update Troupe, or name another file with --store.`,
  );
}

/**
 * A writable file is opened for reading and writing though nothing will be written: a read-only
 * connection would leave its `-shm` and `-wal` files behind. Where SQLite cannot make those files, the
 * store is read from a private copy.
 */
function openForReading(file: string, { version }: Header): Database.Database {
  // Reading does not change a file: an older format is brought up to date in the copy.
  if (version < SCHEMA_VERSION) return openCopy(file);
  if (isWritable(file) && isWritable(dirname(file)))
    return new Database(file, { fileMustExist: true, timeout: PATIENCE });
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    db.pragma('user_version');
    return db;
  } catch (error) {
    db.close();
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(codeOf(error))) throw error;
    return openCopy(file);
  }
}

/** Reading a store with a write-ahead log makes files beside it, and reading an older one brings it up to date. */
function openToInspect(file: string, { version, wal }: Header): Database.Database {
  if (wal || version < SCHEMA_VERSION) return openCopy(file);
  return new Database(file, { readonly: true, fileMustExist: true });
}

/** A copy with no name: on POSIX systems its space is freed when the connection closes. */
function openCopy(file: string): Database.Database {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-read-'));
  try {
    const copy = join(directory, basename(file));
    for (const end of ['', '-wal']) {
      if (!existsSync(file + end)) continue;
      copyFileSync(file + end, copy + end);
      chmodSync(copy + end, 0o600);
    }
    const db = new Database(copy);
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('schema_version');
    return db;
  } finally {
    if (process.platform !== 'win32') rmSync(directory, { recursive: true, force: true });
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(file: string): UserError {
  return new UserError(
    'store-missing',
    `There is no store at ${file}; start a run with \`troupe train\`, or name another file with --store.`,
  );
}

/** SQLite would take it for the new file's own, and mix old pages into it. */
function orphanedLog(file: string): UserError {
  return new UserError(
    'store-orphaned-log',
    `There is a ${file}-wal, which belongs to a store ${file} that is gone; bring that back, or delete ${file}-wal and ${file}-shm.`,
  );
}

function missingDirectory(file: string): UserError {
  return new UserError(
    'store-no-directory',
    `The store ${file} cannot be created because its directory does not exist; create it, or name another file with --store.`,
  );
}

function notAStore(file: string, what: string): UserError {
  return new UserError(
    'not-a-store',
    `${file} ${what}, not a Troupe store, and was left as it is; name another file with --store.`,
  );
}
