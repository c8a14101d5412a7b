import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The commit of this repository, with a `+` where sources differ from it; `unknown` outside of a repository. */
export function currentCommit(): string {
  const head = git(ROOT, 'rev-parse', '--short=12', 'HEAD');
  if (head === null) return 'unknown';
  return git(ROOT, 'status', '--porcelain', '--', 'src', 'machines', 'tools', 'store') === ''
    ? head
    : `${head}+`;
}

/** What git says in a folder; null if it fails, or if there is no git. */
export function git(folder: string, ...words: string[]): string | null {
  const { status, stdout } = spawnSync('git', words, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
