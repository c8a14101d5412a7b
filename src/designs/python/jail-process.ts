import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '../../core/errors.ts';
import { JAIL_LIMITS } from './jail-limits.ts';

const require = createRequire(import.meta.url);

/** Where things lie that a child is started from. */
export interface JailPaths {
  /** Node 26 or later: only there does the permission model deny the network. */
  readonly node: string;
  /** Folder of the pyodide package. */
  readonly pyodide: string;
  readonly child: string;
  /** Folder of our Python files. */
  readonly shim: string;
}

export function jailPaths(): JailPaths {
  const here = realpathSync(dirname(fileURLToPath(import.meta.url)));
  return {
    node: nodeBinary(),
    pyodide: realpathSync(dirname(require.resolve('pyodide/package.json'))),
    child: join(here, 'jail-child.mjs'),
    shim: join(here, 'shim'),
  };
}

function nodeBinary(): string {
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath;
  const packaged = join(dirname(require.resolve('node/package.json')), 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  throw new UserError('no-node-26', 'Scripts in Python need Node 26 or later; run "npm install" once more.');
}

/**
 * Starts a child that can read the pyodide package, its own file and the snapshot, and nothing else: no
 * network, no writing, no processes, no threads, no add-ons, no environment. Where there is a shell, the
 * kernel bounds its CPU time and what files it could write as well.
 */
export function startJail(paths: JailPaths, snapshot: string, killAfter: number): ChildProcess {
  const readable = [paths.pyodide, paths.child, ...(snapshot === 'make' ? [] : [snapshot])];
  const args = [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    '--no-warnings',
    `--max-old-space-size=${JAIL_LIMITS.heap}`,
    paths.child,
    pathToFileURL(join(paths.pyodide, 'pyodide.mjs')).href,
    snapshot,
    JSON.stringify(JAIL_LIMITS),
  ];
  // Threads that compile count as well, hence two CPU seconds for each second of the clock.
  const seconds = 20 + Math.ceil(killAfter / 1000) * 2;
  const limited = `ulimit -c 0; ulimit -f 0; ulimit -t ${seconds}; exec "$0" "$@"`;
  const [command, given] =
    process.platform === 'win32' ? [paths.node, args] : ['/bin/sh', ['-c', limited, paths.node, ...args]];
  return spawn(command, given, { cwd: '/', env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
}
