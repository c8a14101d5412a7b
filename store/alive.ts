import { readFileSync } from 'node:fs';
import { codeOf } from './failure.ts';

/**
 * Whether the process that left this mark still runs; its number alone may belong to another one by now. A mark that is
 * empty is one of a machine without marks: on one that has them, that process is none of its own. Without a mark the
 * number has to do.
 */
export function isAlive(pid: number, mark?: string): boolean {
  // 0 and below would ask about groups of processes.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const now = processMark(pid);
  return mark === undefined || now === '' || now === mark;
}

/** On Linux, boot and start time of a process; elsewhere empty, and the process number has to do. */
export function processMark(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot} ${start}`;
  } catch {
    return '';
  }
}
