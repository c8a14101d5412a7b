import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';

const PROGRAM = `
const { PythonJail } = await import(${JSON.stringify(new URL('../../../src/designs/python/jail.ts', import.meta.url).href)});
const jail = new PythonJail();
await jail.warm();
console.log('warm');
if (process.argv[1] === 'stay') setInterval(() => {}, 1000);
`;

function start(mode: string) {
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', PROGRAM, mode];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

it.skipIf(!existsSync('/proc/self/task'))('a child ends when its parent dies', async () => {
  const parent = start('stay');
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  await sleep(300);
  const text = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8');
  const children = text
    .trim()
    .split(/\s+/)
    .map(Number)
    .filter((pid) => /jail-child/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
  expect(children).toHaveLength(1);
  parent.kill('SIGKILL');
  for (let tries = 0; tries < 100 && children.some(isAlive); tries++) await sleep(100);
  expect(children.filter(isAlive)).toEqual([]);
});

it('a process that stands by does not keep its parent from ending', async () => {
  const parent = start('end');
  const code = await new Promise((resolve) => parent.on('exit', resolve));
  expect(code).toBe(0);
});
