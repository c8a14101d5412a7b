import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { jsonLines, outcome, start, summarySchema, troupe } from './command.ts';
import { pretendNode } from './pretend-node.ts';
import { scratchCopy } from './stored-runs.ts';

const TRAIN = ['train', '--preset', 'quick', '--steps', '1', '--plain'];

describe.concurrent('train', () => {
  it.for([
    ['SIGINT in the cold start', process.versions.node, 'SIGINT', false, 'cold start', 130],
    ['SIGHUP, as from a terminal that is closed', process.versions.node, 'SIGHUP', false, 'run-1', 129],
    ['SIGINT to the launcher alone, as from a script', '20.0.0', 'SIGINT', false, 'run-1', 130],
    ['SIGTERM to the whole group, as from timeout(1)', '20.0.0', 'SIGTERM', true, 'run-1', 143],
  ] as const)('ends by %s, and says how to go on', async ([, node, signal, group, line, exit], test) => {
    const { expect } = test;
    const cwd = scratchCopy(test);
    const pretend = join(cwd, 'pretend.cjs');
    writeFileSync(pretend, pretendNode(node));
    const child = start(TRAIN, { cwd, node: ['--require', pretend] }, true);
    const ended = outcome(child);
    await Promise.race([printed(child, line), ended]);
    const sent = performance.now();
    process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
    const { code, stdout, stderr } = await ended;
    expect(performance.now() - sent).toBeLessThan(10_000);
    expect({ code, stderr }).toEqual({ code: exit, stderr: '' });
    expect(stdout).toMatch(/run-1 is not over: step 0 of 1\..*\n {2}npx troupe train --resume run-1/);
    const runs = await troupe(['runs', '--json'], { cwd });
    expect(jsonLines(summarySchema, runs.stdout)).toMatchObject([{ run: 'run-1', status: 'interrupted' }]);
  });

  it('ends when its reader goes away, and can go on', async (test) => {
    const { expect } = test;
    const cwd = scratchCopy(test);
    const child = start([...TRAIN, '--json'], { cwd });
    const ended = outcome(child);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    const runs = await troupe(['runs', '--json'], { cwd });
    expect(jsonLines(summarySchema, runs.stdout)).toMatchObject([{ run: 'run-1', status: 'interrupted' }]);
  });
});

/** Waits for the first line of some kind. */
function printed(child: ReturnType<typeof start>, line: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout.on('data', (text: string) => {
      if (text.includes(line)) resolve();
    });
  });
}
