import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { Store } from '../../src/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('trains on a task family and with a node of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'example.db');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'examples/own-family-and-node.ts', '1', file],
    { cwd: ROOT, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [run, ...families] = stdout.trimEnd().split('\n');
  expect(run).toBe('run-1: done');
  expect(families).toEqual([
    expect.stringMatching(/^extremes: \d+ % of 40 held-out tasks; designs /),
    expect.stringMatching(/^code: \d+ % of 40 held-out tasks; designs /),
  ]);
  expect(existsSync(join(ROOT, 'example.db'))).toBe(false);
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  expect(store.run('latest')).toMatchObject({ status: 'done', config: { steps: 1 } });
  store.close();
});
