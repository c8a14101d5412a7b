import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { BIN, contents, troupe } from './command.ts';
import { pretendNode } from './pretend-node.ts';
import { scratchCopy } from './stored-runs.ts';

const SETUP = fileURLToPath(new URL('../../tools/setup.cjs', import.meta.url));

describe.concurrent('the launcher', () => {
  it.for(
    [BIN, SETUP].flatMap((script) => ['18.20.0', '12.22.0'].map((version) => [script, version] as const)),
  )('%s refuses Node %s in one sentence', ([script, version], test) => {
    const cwd = scratchCopy(test);
    const pretend = join(cwd, 'pretend.cjs');
    writeFileSync(pretend, pretendNode(version));
    const before = contents(cwd);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', pretend, script, 'train', '--plain'],
      { cwd, encoding: 'utf8' },
    );
    test.expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    test.expect(stderr).toBe(`troupe: Node ${version} is too old; install Node 20 or newer and try again.\n`);
    test.expect(contents(cwd)).toEqual(before);
  });

  it('starts its own Node under any other, and ends as that one does', async (test) => {
    const { expect } = test;
    const cwd = scratchCopy(test);
    const pretend = join(cwd, 'pretend.cjs');
    writeFileSync(pretend, pretendNode('20.0.0'));
    const place = { cwd, node: ['--require', pretend] };
    expect(await troupe(['--version'], place)).toMatchObject({ code: 0, stderr: '' });
    expect(await troupe(['runs'], place)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^troupe: There is no store at [^\n]+\n$/),
    });
  });

  it.for([
    [],
    ['--help'],
    ...['train', 'runs', 'show', 'replay', 'verify', 'credit', 'graph', 'eval', 'export', 'bench'].map(
      (command) => [command, '--help'],
    ),
  ])('helps: troupe %s', async (args, test) => {
    const { code, stdout, stderr } = await troupe(args, { cwd: scratchCopy(test) });
    test.expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    test.expect(stdout).toMatch(/^Usage: troupe [\s\S]*--help/);
  });
});
