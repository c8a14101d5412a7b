import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './alive.ts';

/** `.new-PID` of a store in the making, `.partial-PID` of an export, which may itself be in the making, and what SQLite keeps beside them. */
const DRAFT = /^(?:\.partial-(\d+))?(?:\.new-(\d+))?(?:-wal|-shm|-journal)?$/;

/** Removes what processes that were killed while they made this file have left beside it. */
export function removeLeftovers(file: string): void {
  const name = basename(file);
  for (const other of readdirSync(dirname(file))) {
    if (!other.startsWith(name)) continue;
    const [, exporter, maker] = DRAFT.exec(other.slice(name.length)) ?? [];
    const pid = exporter ?? maker;
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(dirname(file), other), { force: true });
  }
}
