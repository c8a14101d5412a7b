import Database from 'better-sqlite3';
import { UserError } from '../src/core/errors.ts';

/**
 * What went wrong at the level of files and disks, as one sentence for the user. Errors that are not of
 * that level come back as they are: they are bugs.
 */
export function storeFailure(error: unknown, file: string): unknown {
  const code = lacksPart(error) ? 'SQLITE_CORRUPT' : codeOf(error);
  for (const [pattern, name, sentence] of FAILURES) {
    if (pattern.test(code)) return new UserError(name, `${sentence.replace('FILE', file)} (${code}).`);
  }
  return error;
}

/** Whether a table or view is not there that every store has. */
function lacksPart(error: unknown): boolean {
  return error instanceof Database.SqliteError && LACKS.test(error.message);
}

const LACKS =
  /^no such (table|view): (main\.)?(runs|attempts|streams|events|tails|snapshots|blobs|blob_refs|removed_blobs|log|calls)$/;

/** The code of an SQLite or system error; empty for any other. */
export function codeOf(error: unknown): string {
  if (error instanceof Database.SqliteError) return error.code;
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : '';
}

const FAILURES: readonly (readonly [RegExp, string, string])[] = [
  [
    /^SQLITE_BUSY/,
    'store-busy',
    'The store FILE is being written by another process; wait until it is done and try again',
  ],
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT|EFBIG)/,
    'disk-full',
    'There is no room on the disk for the store FILE; free some space and resume, nothing written before is lost',
  ],
  [
    /^(SQLITE_READONLY|EROFS|EACCES|EPERM|SQLITE_PERM)/,
    'store-read-only',
    'The store FILE cannot be written; make the file and its directory writable, or name another file with --store',
  ],
  [
    /^SQLITE_CANTOPEN|^EISDIR|^ENOTDIR|^ENOENT|^ENAMETOOLONG/,
    'store-unreachable',
    'The store FILE cannot be opened; check the path and its permissions, or name another file with --store',
  ],
  [
    /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    'store-damaged',
    'The store FILE is damaged; restore it from a copy, or start a new one with --store',
  ],
  [
    /^(SQLITE_IOERR|EIO)/,
    'disk-error',
    'The disk failed while the store FILE was in use; check the disk, then resume',
  ],
];
