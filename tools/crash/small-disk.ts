import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { InvariantError } from '../../src/core/errors.ts';

/** A file system of its own under a folder. */
export interface SmallDisk {
  readonly folder: string;
  /** Gives it other options while it is mounted. */
  remount(options: string): void;
  /** Takes it away, and mounts it again. */
  replug(): void;
}

/** What came of it, or why there is no such file system here: that takes root on Linux, and permission to mount. */
export type Lent<T> = { readonly result: T } | { readonly why: string };

/** Lends a disk in memory, of so many kilobytes; `remount('size=…k')` makes it larger. */
export function withMemoryDisk<T>(
  folder: string,
  kilobytes: number,
  work: (disk: SmallDisk) => Promise<T>,
): Promise<Lent<T>> {
  return lend(folder, ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'troupe'], () => {}, work);
}

/**
 * Lends a disk whose contents are a file, `image`, with a file system that fails as real ones do: `remount('abort')`
 * makes it read-only at once, under all files that are open, until it is plugged in again.
 */
export function withFailingDisk<T>(
  folder: string,
  image: string,
  work: (disk: SmallDisk) => Promise<T>,
): Promise<Lent<T>> {
  const format = () => {
    writeFileSync(image, '');
    truncateSync(image, 64 * 2 ** 20);
    system('mkfs.ext4', '-q', '-F', image);
  };
  return lend(folder, ['-o', 'loop,errors=remount-ro', image], format, work);
}

async function lend<T>(
  folder: string,
  device: readonly string[],
  format: () => void,
  work: (disk: SmallDisk) => Promise<T>,
): Promise<Lent<T>> {
  const mount = () => system('mount', ...device, folder);
  const unmount = () => system('umount', folder);
  mkdirSync(folder, { recursive: true });
  try {
    if (process.platform !== 'linux') throw new InvariantError('it takes Linux to mount one');
    format();
    mount();
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
  try {
    const result = await work({
      folder,
      remount: (options) => system('mount', '-o', `remount,${options}`, folder),
      replug: () => {
        unmount();
        mount();
      },
    });
    return { result };
  } finally {
    unmount();
  }
}

/** Runs a command of the system; throws what it says if it fails. */
export function system(name: string, ...words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(name, words, { encoding: 'utf8' });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n')[0] ?? '';
  throw new InvariantError(why === '' ? `${name} ended with ${status}` : why);
}
