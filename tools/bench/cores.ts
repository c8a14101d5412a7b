import { spawnSync } from 'node:child_process';

/** The cores that this process may use, as `taskset` numbers them; none where there is no `taskset`. */
export function allowedCores(): string[] {
  const { stdout } = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  const list = /list: (.*)/.exec(stdout ?? '')?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return range === '' ? [] : Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
  });
}
