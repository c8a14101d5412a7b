import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from '../../../src/core/errors.ts';
import { currentCommit, git } from '../jobs/commit.ts';
import { ownSources } from '../jobs/sources.ts';
import { commandOf, isSame, type Probe, tryProbe } from './probes.ts';
import { readRecords, type SameRecord, type Sources } from './record.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Proof {
  readonly from: SameRecord['from'];
  readonly to: SameRecord['to'];
  readonly arms: number;
  /** Tables and arms that came out otherwise, `a: coupled`; none, and the record is written. */
  readonly differing: readonly string[];
  readonly record: SameRecord | null;
}

export interface ProofOptions {
  readonly commit: string;
  readonly probes: readonly Probe[];
  /** Where it is written down. */
  readonly file: string;
  /** Where both trees' results and the other tree itself are meanwhile. */
  readonly work: string;
  readonly machine: SameRecord['machine'];
  readonly node: string;
  readonly onProgress: (what: string, done: number, of: number) => void;
}

/**
 * Tries the sources as they are and those of a commit with the same small tables, and compares events, weights and
 * outcomes bit by bit. If nothing differs, that is written down, and results of that commit's sources stand for these.
 * It is what was seen in minutes, not a proof for all configurations; the record says what was tried.
 */
export async function proveSame(options: ProofOptions): Promise<Proof> {
  const { commit, probes, machine, node, onProgress } = options;
  const work = resolve(options.work);
  const sha = git(ROOT, 'rev-parse', '--verify', '--short=12', `${commit}^{commit}`);
  if (sha === null) throw new UserError('no-commit', `There is no commit "${commit}" in this repository.`);
  mkdirSync(work, { recursive: true });
  clearLeftovers(work);
  const folder = mkdtempSync(join(work, `same-${process.pid}-`));
  const tree = join(folder, 'tree');
  try {
    checkOut(sha, tree);
    const from = { commit: sha, ...sourcesIn(tree) };
    const to = { commit: currentCommit(), ...ownSources() };
    const differing: string[] = [];
    let arms = 0;
    for (const [index, probe] of probes.entries()) {
      const told = (where: string, half: number) =>
        onProgress(`table ${probe.table} ${where}`, 2 * index + half, 2 * probes.length);
      told(`at ${sha}`, 0);
      const before = await tryProbe(tree, probe, join(folder, `${probe.table}-from`));
      told('as it is', 1);
      const after = await tryProbe(ROOT, probe, join(folder, `${probe.table}-to`));
      // An arm that the other tree does not have has no results there that could stand.
      for (const [arm, came] of after) {
        const other = before.get(arm);
        if (other === undefined) continue;
        arms++;
        if (!isSame(other, came)) differing.push(`${probe.table}: ${arm}`);
      }
    }
    if (ownSources().all !== to.all) {
      throw new UserError(
        'sources-changed',
        'The sources were changed meanwhile, so that nobody knows what was tried; try again.',
      );
    }
    const commands = probes.map((probe) => `troupe ${commandOf(probe).join(' ')}`);
    const record = differing.length > 0 || arms === 0 ? null : { from, to, commands, arms, machine, node };
    if (record !== null) append(options.file, record);
    return { from, to, arms, differing, record };
  } finally {
    git(ROOT, 'worktree', 'remove', '--force', tree);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What calls that were killed have left; one that is at work keeps its own. */
function clearLeftovers(work: string): void {
  for (const name of readdirSync(work)) {
    const pid = /^same-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(work, name), { recursive: true, force: true });
  }
  git(ROOT, 'worktree', 'prune');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The sources of a commit with the packages that they ask for: those that are installed here, or their own. */
function checkOut(sha: string, tree: string): void {
  if (git(ROOT, 'worktree', 'add', '--detach', tree, sha) === null) {
    throw new UserError('no-worktree', `git could not check ${sha} out into ${tree}.`);
  }
  const lock = (root: string) => readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (lock(tree) === lock(ROOT)) {
    symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    return;
  }
  const { status } = spawnSync(process.execPath, ['tools/setup.cjs'], { cwd: tree, stdio: 'inherit' });
  if (status !== 0) {
    throw new UserError('other-packages', `The packages of ${sha} could not be installed; try again.`);
  }
}

const sourcesSchema = z.object({ coldStart: z.string(), all: z.string() });

/** What the sources of a tree stand for, as they themselves say. */
function sourcesIn(tree: string): Sources {
  const script = `import('./tools/ablation/jobs/sources.ts')
    .then(({ equalSources, sources }) => console.log(JSON.stringify(equalSources?.()[0] ?? sources())))`;
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', script], {
    cwd: tree,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new UserError('no-sources', `The sources of ${tree} do not say their hash; they are too old.`);
  return sourcesSchema.parse(JSON.parse(stdout));
}

function append(file: string, record: SameRecord): void {
  const others = readRecords(file).filter(({ to }) => to.all !== record.to.all);
  writeFileSync(file, `${JSON.stringify([...others, record], null, 2)}\n`);
}
