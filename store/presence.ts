import { type BigIntStats, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { UserError } from '../src/core/errors.ts';
import { APPLICATION_ID } from './schema.ts';

/** What makes a file the one that was opened: its place on the disk. Its size is the largest that was seen. */
interface Identity {
  readonly device: bigint;
  readonly inode: bigint;
  size: bigint;
}

/**
 * Whether a store is still the file that was opened. SQLite goes on with a file that was deleted, moved or
 * replaced, and reports success, since its descriptors hold what no name leads to any more.
 */
export class Presence {
  readonly #file: string;
  readonly #db: Database.Database;
  readonly #identity: Identity | undefined;
  /** Known from the first time that it is there: SQLite makes it when it first writes. */
  #log: Identity | undefined;
  #error: UserError | null = null;

  constructor(file: string, db: Database.Database) {
    this.#file = file;
    this.#db = db;
    this.#identity = identityOf(file);
    this.#log = identityOf(`${file}-wal`);
  }

  /**
   * Throws a UserError if the file is not the one that was opened, or has become shorter; what the open connection
   * still holds is written to FILE.rescued before.
   */
  confirm(): void {
    if (this.#error === null) {
      const lost = this.#whatHappened();
      if (lost === null) return;
      this.#error = new UserError(
        'store-lost',
        `The store ${this.#file} ${lost} while it was in use; ${this.#rescue()}`,
      );
    }
    throw this.#error;
  }

  /** Whether {@link confirm} has found the file gone. */
  get lost(): boolean {
    return this.#error !== null;
  }

  #whatHappened(): string | null {
    const now = identityOf(this.#file);
    if (this.#identity === undefined) return null;
    if (now === undefined) return 'was deleted or moved';
    if (!isSame(now, this.#identity)) return 'was replaced by another file';
    // Another process may have compacted it before anything was written here: then it is short and whole.
    const pages = bytesOfPages(this.#file);
    if (pages === null || (now.size < this.#identity.size && now.size < pages))
      return 'was cut or overwritten';
    this.#identity.size = now.size;
    const log = identityOf(`${this.#file}-wal`);
    if (this.#log !== undefined && (log === undefined || !isSame(log, this.#log))) {
      return 'lost its write-ahead log';
    }
    this.#log ??= log;
    return null;
  }

  /** Writes what is still open under a free name; says what became of it. */
  #rescue(): string {
    const target = freeName(`${this.#file}.rescued`);
    try {
      this.#db.prepare('VACUUM INTO ?').run(target);
      return `what was open is saved as ${target}; look at it with "troupe store check --store ${target}" and go on from there.`;
    } catch {
      return 'what was open could not be saved; restore the store from a copy.';
    }
  }
}

function identityOf(path: string): Identity | undefined {
  const stats: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : { device: stats.dev, inode: stats.ino, size: stats.size };
}

function isSame(a: Identity, b: Identity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** How many bytes the file has by its own header; null if it does not begin as a store does. */
function bytesOfPages(file: string): bigint | null {
  const header = Buffer.alloc(72);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null;
  if (header.readUInt32BE(68) !== APPLICATION_ID) return null;
  const size = header.readUInt16BE(16);
  return BigInt(size === 1 ? 65536 : size) * BigInt(header.readUInt32BE(28));
}

function freeName(name: string): string {
  let free = name;
  for (let count = 2; existsSync(free); count++) free = `${name}-${count}`;
  return free;
}
