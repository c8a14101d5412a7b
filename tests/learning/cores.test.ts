import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allowedCores } from '../../tools/bench/cores.ts';

const script = fileURLToPath(new URL('./train-hash.child.ts', import.meta.url));

function trainOn(cores: readonly string[]): string[] {
  const command = ['-c', cores.join(), process.execPath, '--import', 'tsx', script];
  const { stdout, stderr } = spawnSync('taskset', command, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split(' ');
}

const cores = allowedCores();
describe('training in two shards', () => {
  it.skipIf(cores.length < 2)('gives the same bits on one core and on two', () => {
    const [one, hashOfOne] = trainOn(cores.slice(0, 1));
    const [two, hashOfTwo] = trainOn(cores.slice(0, 2));
    expect([one, two]).toEqual(['1', '2']);
    expect(hashOfOne).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOfTwo).toBe(hashOfOne);
  });
});
